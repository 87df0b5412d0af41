#include "bench/loadgen/websocket_frame.hpp"

namespace arauto::loadgen {

namespace {

// Any mask will do: there is no proxy to confuse.
constexpr std::string_view mask = "\x37\xfa\x21\x3d";

} // namespace

std::string client_frame(websocket_opcode opcode, std::string_view payload) {
  payload = payload.substr(0, 65535);
  const auto size = static_cast<unsigned>(payload.size());
  auto frame = std::string{};
  frame.push_back(static_cast<char>(0x80U | static_cast<unsigned>(opcode)));
  frame.push_back(static_cast<char>(0x80U | (size < 126 ? size : 126U)));
  if (size >= 126) {
    frame.push_back(static_cast<char>(size >> 8U));
    frame.push_back(static_cast<char>(size & 255U));
  }
  frame.append(mask);
  for (std::size_t i = 0; i < payload.size(); ++i)
    frame.push_back(static_cast<char>(payload[i] ^ mask[i % mask.size()]));
  return frame;
}

} // namespace arauto::loadgen
