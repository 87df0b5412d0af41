#pragma once

#include "actors/memory_event_store.hpp"
#include "tests/support/actor_fixture.hpp"

#include <memory>
#include <string>
#include <vector>

namespace arauto::test {

/// A server with a log in memory, and clients that remember what Socket.IO's clients do.
class RecoveryFixture : public ActorFixture {
protected:
  RecoveryFixture() {
    auto made = std::make_unique<memory_event_store>(std::chrono::hours{1}, 1000000);
    memory = made.get();
    store = std::move(made);
    begin(true);
    acme = add_instance(make_record("acme"));
    zeta = add_instance(make_record("zeta"));
  }

  /// What a client of Socket.IO keeps of a session.
  struct kept {
    std::string sid, pid, offset;
  };

  /// Of all threads.
  std::uint64_t counted(counter io_counters::*which) const {
    std::uint64_t sum = 0;
    for (const auto& x : threads)
      sum += (x->counters.*which).get();
    return sum;
  }

  static std::string member_of(const std::string& packet, const std::string& name) {
    const auto head = "\"" + name + "\":\"";
    const auto at = packet.find(head);
    return at == std::string::npos
               ? ""
               : packet.substr(at + head.size(), packet.find('"', at + head.size()) - at - head.size());
  }

  /// The last argument, if it is a text.
  static std::string offset_in(const std::string& packet) {
    const auto end = packet.rfind("\"]");
    const auto begin = packet.rfind(",\"", end);
    return packet.ends_with("\"]") ? packet.substr(begin + 2, end - begin - 2) : "";
  }

  /// Joins as a new session that wants recovery.
  std::unique_ptr<fake_client> come(const std::string& nsp, const std::string& key, kept& has,
                                    const std::string& more = "") {
    auto x = join_client(0, nsp, key, R"(,"recovery":true)" + more);
    note(*x, has);
    return x;
  }

  std::unique_ptr<fake_client> come_back(const std::string& nsp, const std::string& key, kept& has,
                                         const std::string& more = "") {
    auto auth = R"(,"recovery":true,"pid":")" + has.pid + "\"" + more;
    if (!has.offset.empty())
      auth += R"(,"offset":")" + has.offset + "\"";
    return join_client(1, nsp, key, auth);
  }

  /// Takes over what CONNECT said, and the offsets of the events that came, as a client would.
  static void note(const fake_client& x, kept& has) {
    for (const auto& packet : x.out.packets)
      if (packet.starts_with("40")) {
        has.sid = member_of(packet, "sid");
        has.pid = member_of(packet, "pid");
      } else if (const auto seen = offset_in(packet); packet.starts_with("42") && !seen.empty())
        has.offset = seen;
  }

  /// The numbers that events carry as `data`.
  static std::vector<std::string> data_of(const std::vector<std::string>& packets) {
    std::vector<std::string> all;
    for (const auto& x : packets)
      if (const auto at = x.find("\"data\":"); at != std::string::npos)
        all.push_back(x.substr(at + 7, x.find(',', at) - at - 7));
    return all;
  }

  void lose(std::unique_ptr<fake_client>& x) {
    close(*x);
    settle();
    x.reset();
  }

  memory_event_store* memory = nullptr;
  directory_entry_ptr acme;
  directory_entry_ptr zeta;
};

} // namespace arauto::test
