#include "net/frame.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace arauto {

namespace {

/// A WebSocket header (RFC 6455, section 5.2), not masked.
struct header {
  std::array<char, frame::header_room> bytes{};
  std::uint8_t size = 0;

  header(std::uint8_t first_byte, std::size_t payload_size) noexcept {
    const auto extended = payload_size < 126 ? 0U : payload_size < 65536 ? 2U : 8U;
    const auto put = [this](std::size_t x) { bytes[size++] = static_cast<char>(x & 0xFFU); };
    put(first_byte);
    put(extended == 0 ? payload_size : extended == 2 ? 126U : 127U);
    for (auto left = extended; left-- > 0;)
      put(payload_size >> (8 * left));
  }
};

constexpr std::uint8_t text_message = 0x81;
constexpr std::uint8_t binary_message = 0x82;

} // namespace

void frame::start(std::uint8_t first_byte, std::size_t payload_size) {
  const header x{first_byte, payload_size};
  header_size_ = x.size;
  bytes_.reserve(x.size + payload_size);
  bytes_.append(x.bytes.data(), x.size);
}

frame_ptr frame::text_behind_room(std::string bytes) {
  auto* made = new frame;
  auto owner = frame_ptr{made};
  const header x{text_message, bytes.size() - header_room};
  made->bytes_ = std::move(bytes);
  made->header_size_ = x.size;
  made->start_ = static_cast<std::uint8_t>(header_room - x.size);
  std::copy_n(x.bytes.begin(), x.size, made->bytes_.begin() + made->start_);
  return owner;
}

frame_ptr frame::text(std::initializer_list<std::string_view> parts) {
  std::size_t size = 0;
  for (auto part : parts)
    size += part.size();
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->start(text_message, size);
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
  made->start(binary_message, bytes.size());
  made->bytes_.append(bytes);
  return owner;
}

frame_ptr frame::binary_v3(std::string_view bytes) {
  auto* made = new frame;
  auto owner = frame_ptr{made};
  made->binary_ = true;
  made->has_type_byte_ = true;
  made->start(binary_message, bytes.size() + 1);
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
