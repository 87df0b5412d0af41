#include "net/frame.hpp"

namespace arauto {

void frame::start(std::uint8_t first_byte, std::size_t payload_size) {
  const auto extended = payload_size < 126 ? 0U : payload_size < 65536 ? 2U : 8U;
  header_size_ = static_cast<std::uint8_t>(2U + extended);
  bytes_.reserve(header_size_ + payload_size);
  bytes_.push_back(static_cast<char>(first_byte));
  bytes_.push_back(static_cast<char>(extended == 0 ? payload_size : extended == 2 ? 126U : 127U));
  for (auto left = extended; left-- > 0;)
    bytes_.push_back(static_cast<char>(payload_size >> (8 * left) & 0xFFU));
}

frame_ptr frame::text(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (auto part : parts)
    size += part.size();
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->start(0x81, size);
  for (auto part : parts)
    made->bytes_.append(part);
  return owner;
}

frame_ptr frame::raw(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (auto part : parts)
    size += part.size();
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->bytes_.reserve(size);
  for (auto part : parts)
    made->bytes_.append(part);
  return owner;
}

frame_ptr frame::binary(std::string_view bytes) {
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->binary_ = true;
  made->start(0x82, bytes.size());
  made->bytes_.append(bytes);
  return owner;
}

frame_ptr frame::binary_v3(std::string_view bytes) {
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->binary_ = true;
  made->has_type_byte_ = true;
  made->start(0x82, bytes.size() + 1);
  made->bytes_.push_back('\x04');
  made->bytes_.append(bytes);
  return owner;
}

std::vector<frame_ptr> frame::join(std::span<const frame_ptr> packets) {
  // What of a run is half sent has to leave before a pong can.
  constexpr std::size_t run_bytes_max = 65536;
  std::vector<frame_ptr> runs;
  for (std::size_t first = 0; first < packets.size();) {
    auto end = first;
    std::size_t bytes = 0;
    do
      bytes += packets[end++]->websocket().size();
    while (end < packets.size() && bytes + packets[end]->websocket().size() <= run_bytes_max);
    if (end - first == 1) {
      runs.push_back(packets[first]);
    } else {
      auto* made = new frame;
      runs.emplace_back(made);
      made->bytes_.reserve(bytes);
      for (auto i = first; i < end; ++i)
        made->bytes_.append(packets[i]->websocket());
    }
    first = end;
  }
  return runs;
}

} // namespace arauto
