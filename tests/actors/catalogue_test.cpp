#include "actors/catalogue.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace arauto {

TEST(Catalogue, ListsTheSelectableNamesInCanonicalOrder) {
  constexpr std::string_view names[] = {"APPLICATION_STARTUP", "QRCODE_UPDATED",
                                        "MESSAGES_SET",        "MESSAGES_UPSERT",
                                        "MESSAGES_EDITED",     "MESSAGES_UPDATE",
                                        "MESSAGES_DELETE",     "SEND_MESSAGE",
                                        "SEND_MESSAGE_UPDATE", "CONTACTS_SET",
                                        "CONTACTS_UPSERT",     "CONTACTS_UPDATE",
                                        "PRESENCE_UPDATE",     "CHATS_SET",
                                        "CHATS_UPSERT",        "CHATS_UPDATE",
                                        "CHATS_DELETE",        "GROUPS_UPSERT",
                                        "GROUP_UPDATE",        "GROUP_PARTICIPANTS_UPDATE",
                                        "CONNECTION_UPDATE",   "LABELS_EDIT",
                                        "LABELS_ASSOCIATION",  "CALL",
                                        "TYPEBOT_START",       "TYPEBOT_CHANGE_STATUS",
                                        "REMOVE_INSTANCE",     "LOGOUT_INSTANCE",
                                        "INSTANCE_CREATE",     "INSTANCE_DELETE",
                                        "STATUS_INSTANCE"};
  static_assert(std::size(names) == selectable_events);
  for (std::size_t i = 0; i < selectable_events; ++i) {
    EXPECT_EQ(known_event_at(static_cast<catalogue_index>(i)).config_name, names[i]);
    EXPECT_TRUE(known_event_at(static_cast<catalogue_index>(i)).is_selectable);
    EXPECT_EQ(find_selectable(names[i]), i);
  }
  for (std::size_t i = selectable_events; i < catalogue_size; ++i)
    EXPECT_FALSE(known_event_at(static_cast<catalogue_index>(i)).is_selectable);
}

TEST(Catalogue, FindsEachEventInBothSpellings) {
  std::set<std::string_view> wire_names;
  for (std::size_t i = 0; i < catalogue_size; ++i) {
    const auto& x = known_event_at(static_cast<catalogue_index>(i));
    EXPECT_EQ(find_event(x.wire_name), i);
    EXPECT_EQ(find_event(x.config_name), i);
    EXPECT_TRUE(wire_names.insert(x.wire_name).second) << x.wire_name;
  }
}

TEST(Catalogue, KnowsTheWireNamesThatDoNotFollowFromTheConfigName) {
  const std::pair<std::string_view, std::string_view> names[] = {
      {"GROUP_PARTICIPANTS_UPDATE", "group-participants.update"},
      {"TYPEBOT_CHANGE_STATUS", "typebot.change-status"},
      {"SEND_MESSAGE_UPDATE", "send.message.update"},
      {"LABELS_ASSOCIATION", "labels.association"},
      {"MESSAGING_HISTORY_SET", "messaging-history.set"},
      {"GROUP_UPDATE", "groups.update"},
  };
  for (const auto& [config, wire] : names)
    EXPECT_EQ(known_event_at(find_event(config).value()).wire_name, wire);
}

TEST(Catalogue, TakesBothConfigNamesOfGroupsUpdateForOneEvent) {
  EXPECT_EQ(find_event("GROUPS_UPDATE"), find_event("groups.update"));
  EXPECT_EQ(find_selectable("GROUPS_UPDATE"), find_selectable("GROUP_UPDATE"));
  event_set selection;
  selection.set(find_selectable("GROUP_UPDATE").value());
  EXPECT_TRUE(selection.test(find_event("groups.update").value()));
}

TEST(Catalogue, SelectsByConfigNameOnly) {
  for (const auto* name : {"messages.upsert", "call", "CREDS_UPDATE", "creds.update", "FOO", ""})
    EXPECT_FALSE(find_selectable(name)) << name;
}

TEST(Catalogue, DoesNotFindOtherNames) {
  for (const auto* name : {"", "message.upsert", "Messages.Upsert", "messages_upsert", "zzz", "MESSAGES.UPSERT", "A"})
    EXPECT_FALSE(find_event(name)) << name;
}

TEST(Catalogue, TellsCustomNamesFromOthers) {
  for (const auto& name : {std::string{"order.created"}, std::string{"x"}, std::string{"7-of_9"},
                           std::string{"a"} + std::string(63, 'z'), std::string{"connected"}})
    EXPECT_TRUE(is_custom_event_name(name)) << name;
  for (const auto& name :
       {std::string{}, std::string{".hidden"}, std::string{"-x"}, std::string{"Order"}, std::string{"two words"},
        std::string{"na\xC3\xAFve"}, std::string(65, 'a'), std::string{"a\0b", 3}})
    EXPECT_FALSE(is_custom_event_name(name)) << name;
}

TEST(Catalogue, LeavesSocketIosReservedNamesAlone) {
  for (const auto* name : {"connect", "connect_error", "disconnect", "disconnecting"})
    EXPECT_FALSE(is_custom_event_name(name)) << name;
}

TEST(Catalogue, TakesOneSlipForAMistakeAndNoMore) {
  for (const auto* name : {"message.upsert", "messages.upserts", "messages.upzert", "messages.upsret", "group.update"})
    EXPECT_TRUE(resembles_known_event(name)) << name;
  for (const auto* name :
       {"order.created", "calls", "cal", "x", "", "message.upserts", "messages", "send.messages.now"})
    EXPECT_FALSE(resembles_known_event(name)) << name;
}

TEST(Catalogue, NamesTheNearestFirstAndAtMostThree) {
  const auto near = near_events("message.upsert");
  ASSERT_GE(near.size(), 2U);
  EXPECT_LE(near.size(), 3U);
  EXPECT_EQ(near[0], "messages.upsert");
  EXPECT_EQ(near_events("MESSAGE_UPSERT").front(), "messages.upsert");
  EXPECT_EQ(near_events("group.participants.update").front(), "group-participants.update");
}

TEST(Catalogue, NamesNothingNearNonsense) {
  EXPECT_TRUE(near_events("").empty());
  EXPECT_TRUE(near_events("xyzzy").empty());
  EXPECT_TRUE(near_events(std::string(1000000, 'a')).empty());
}

} // namespace arauto
