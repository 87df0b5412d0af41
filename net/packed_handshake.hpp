#pragma once

#include "net/ports.hpp"

#include <cstdint>
#include <memory>

namespace arauto {

/// What a client said when it opened its connection, in one block of memory: it is asked for at each CONNECT, which is
/// mostly once. Owned by its connection.
class packed_handshake {
public:
  explicit packed_handshake(const handshake& x);

  handshake unpack() const;
  std::uint8_t version() const noexcept { return version_; }

private:
  /// Each text behind its length in four bytes; the texts in the order of the members, header fields last.
  std::unique_ptr<char[]> bytes_;
  std::uint32_t size_ = 0;
  std::uint8_t version_;
  bool is_secure_ : 1;
  bool is_websocket_ : 1;
  bool is_forwarded_ : 1;
};

} // namespace arauto
