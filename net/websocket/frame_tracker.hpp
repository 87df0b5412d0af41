#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace arauto::websocket {

/// Follows the bytes of a WebSocket and knows where messages end; judges nothing (RFC 6455, section 5.2).
class frame_tracker {
public:
  void follow(std::string_view bytes) noexcept {
    while (!bytes.empty()) {
      const auto skipped = std::min<std::uint64_t>(payload_left_, bytes.size());
      bytes.remove_prefix(static_cast<std::size_t>(skipped));
      payload_left_ -= skipped;
      while (payload_left_ == 0 && !bytes.empty()) {
        header_[header_size_++] = static_cast<std::uint8_t>(bytes.front());
        bytes.remove_prefix(1);
        if (header_size_ == header_bytes())
          begin_payload();
      }
    }
  }

  /// Whether all that was followed are whole messages and control frames.
  bool is_between_messages() const noexcept { return header_size_ == 0 && payload_left_ == 0 && !is_in_message_; }

private:
  std::size_t length_bytes() const noexcept {
    const auto length = header_[1] & 0x7FU;
    return length == 127 ? 8 : length == 126 ? 2 : 0;
  }

  std::size_t header_bytes() const noexcept {
    constexpr std::size_t fixed = 2;
    constexpr std::size_t mask = 4;
    return header_size_ < fixed ? fixed : fixed + length_bytes() + ((header_[1] & 0x80U) != 0 ? mask : 0);
  }

  void begin_payload() noexcept {
    payload_left_ = header_[1] & 0x7FU;
    if (const auto bytes = length_bytes(); bytes != 0) {
      payload_left_ = 0;
      for (std::size_t i = 0; i < bytes; ++i)
        payload_left_ = payload_left_ << 8 | header_[2 + i];
    }
    const auto is_control = (header_[0] & 0x08U) != 0;
    if (!is_control)
      is_in_message_ = (header_[0] & 0x80U) == 0;
    header_size_ = 0;
  }

  std::array<std::uint8_t, 14> header_{};
  std::size_t header_size_ = 0;
  std::uint64_t payload_left_ = 0;
  bool is_in_message_ = false;
};

} // namespace arauto::websocket
