#include "bench/micro/samples.hpp"

#include <memory>

namespace arauto::micro {

namespace {

constexpr std::string_view message =
    R"({"key":{"remoteJid":"5511999999999@s.whatsapp.net","fromMe":false,"id":"3EB0C431C26A1916E07E"},)"
    R"("messageType":"conversation","messageTimestamp":1795348281,"message":{"conversation":"ol\u00e1, 42.5 \n"}})";
constexpr std::string_view list_begin = R"({"list":[)";
constexpr std::string_view text_begin = R"({"text":")";

} // namespace

std::string json_of(std::size_t bytes) {
  std::string text{list_begin};
  // Whole messages as far as they fit, text behind them.
  while (text.size() + message.size() + text_begin.size() + 5 < bytes)
    text.append(message).append(",");
  if (text == list_begin)
    return std::string{text_begin} + std::string(bytes - text_begin.size() - 2, 'x') + "\"}";
  text.append("\"").append(bytes - text.size() - 4, 'x').append("\"]}");
  return text;
}

std::string emit_body(std::size_t bytes) {
  return R"({"event":"messages.upsert","data":)" + json_of(bytes) + "}";
}

event_ptr event_at(std::uint64_t place, std::size_t bytes) {
  auto who = std::make_shared<emitter>();
  who->number = 1;
  who->id = "2c1c5b3e-8f0e-4c3e-9d0a-0a1b2c3d4e5f";
  who->name = "sales";
  const boost::intrusive_ptr<event> x{new event};
  x->from = std::move(who);
  x->what = make_emission("messages.upsert", json_of(bytes));
  x->date_time_json = R"("2026-01-01T00:00:00.000Z")";
  x->sequence = place;
  x->epoch = 0x5DEECE66DU;
  x->is_selected = true;
  return x;
}

} // namespace arauto::micro
