#include "net/socketio/encode.hpp"

#include "net/json.hpp"

namespace arauto::socketio {

namespace {

/// Engine.IO message, Socket.IO type, and what stands before the payload.
void append_head(std::string& out, char type, std::string_view nsp, std::optional<std::uint64_t> id,
                 std::size_t attachments = 0) {
  out += '4';
  out += type;
  if (attachments > 0)
    out += std::to_string(attachments) + "-";
  if (nsp != "/")
    out.append(nsp).append(",");
  if (id)
    out += std::to_string(*id);
}

std::string head(char type, std::string_view nsp, std::optional<std::uint64_t> id, std::size_t attachments = 0) {
  std::string out;
  append_head(out, type, nsp, id, attachments);
  return out;
}

std::string quoted(std::string_view text) {
  std::string out;
  json::append_string(out, text);
  return out;
}

} // namespace

frame_ptr encode_connect(std::string_view nsp, std::string_view sid, std::string_view pid) {
  return frame::text({head('0', nsp, {}), "{\"sid\":", quoted(sid),
                      pid.empty() ? "" : ",\"pid\":", pid.empty() ? std::string{} : quoted(pid), "}"});
}

frame_ptr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data) {
  return frame::text(
      {head('4', nsp, {}), "{\"message\":", quoted(message), data.empty() ? "" : ",\"data\":", data, "}"});
}

frame_ptr encode_disconnect(std::string_view nsp) {
  return frame::text({head('1', nsp, {})});
}

frame_ptr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments,
                       std::optional<std::uint64_t> ack_id) {
  return frame::text({head('2', nsp, ack_id), "[", quoted(name), arguments.empty() ? "" : ",", arguments, "]"});
}

void append_event_head(std::string& out, std::string_view nsp, std::string_view name) {
  append_head(out, '2', nsp, {});
  out += '[';
  json::append_string(out, name);
}

std::vector<frame_ptr> encode_binary_event(std::string_view nsp, std::string_view name, std::string_view arguments,
                                           std::span<const std::string> attachments,
                                           std::optional<std::uint64_t> ack_id) {
  if (attachments.empty())
    return {encode_event(nsp, name, arguments, ack_id)};
  std::vector<frame_ptr> frames;
  frames.push_back(frame::text(
      {head('5', nsp, ack_id, attachments.size()), "[", quoted(name), arguments.empty() ? "" : ",", arguments, "]"}));
  for (const auto& x : attachments)
    frames.push_back(frame::binary(x));
  return frames;
}

std::vector<frame_ptr> encode_binary_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments,
                                         std::span<const std::string> attachments) {
  if (attachments.empty())
    return {encode_ack(nsp, id, arguments)};
  std::vector<frame_ptr> frames;
  frames.push_back(frame::text({head('6', nsp, id, attachments.size()), "[", arguments, "]"}));
  for (const auto& x : attachments)
    frames.push_back(frame::binary(x));
  return frames;
}

frame_ptr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments) {
  return frame::text({head('3', nsp, id), "[", arguments, "]"});
}

} // namespace arauto::socketio
