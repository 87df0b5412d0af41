#pragma once

#include "net/socketio/packet.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace arauto::socketio {

/// What to do with a packet.
enum class verdict {
  process,
  /// Drop it quietly.
  ignore,
  /// The client broke the protocol (protocol text, section 6): close the Engine.IO connection.
  close
};

/// The namespaces of one connection and the rules about them: what may arrive for which. `Session` is whatever the
/// connection keeps per namespace. Owned by its connection; a connection has few namespaces, so look-up is linear over
/// at most `WEBSOCKET_MAX_NAMESPACES` short names.
template <class Session>
class namespace_table {
public:
  enum class state {
    /// CONNECT is being judged.
    pending,
    joined,
    /// The server took it away; packets of the client may still be on their way and are dropped.
    left
  };

  struct entry {
    std::string nsp;
    state now = state::pending;
    Session session{};
  };

  /// Judges a packet by its type and namespace.
  verdict judge(const packet& x) const {
    const auto* known = find(x.nsp);
    switch (x.type) {
    case packet_type::connect:
      return known == nullptr || known->now == state::left ? verdict::process : verdict::close;
    case packet_type::connect_error:
      return verdict::close;
    case packet_type::disconnect:
      if (known == nullptr)
        return verdict::close;
      return known->now == state::left ? verdict::ignore : verdict::process;
    default:
      if (known == nullptr || known->now == state::pending)
        return verdict::close;
      return known->now == state::left ? verdict::ignore : verdict::process;
    }
  }

  /// Makes or reuses the entry for a CONNECT that `judge` let through.
  entry& begin(std::string_view nsp) {
    if (auto* known = find(nsp)) {
      known->now = state::pending;
      return *known;
    }
    return entries_.emplace_back(entry{std::string{nsp}, state::pending, Session{}});
  }

  entry* find(std::string_view nsp) noexcept {
    auto at = std::find_if(entries_.begin(), entries_.end(), [nsp](const entry& x) { return x.nsp == nsp; });
    return at == entries_.end() ? nullptr : &*at;
  }
  const entry* find(std::string_view nsp) const noexcept { return const_cast<namespace_table*>(this)->find(nsp); }

  /// Forgets a namespace: the client left it, or was refused.
  void erase(std::string_view nsp) {
    std::erase_if(entries_, [nsp](const entry& x) { return x.nsp == nsp; });
  }

  /// Number of namespaces, those left included.
  std::size_t size() const noexcept { return entries_.size(); }
  bool has_joined() const noexcept {
    return std::any_of(entries_.begin(), entries_.end(), [](const entry& x) { return x.now == state::joined; });
  }
  std::vector<entry>& entries() noexcept { return entries_; }
  const std::vector<entry>& entries() const noexcept { return entries_; }

private:
  std::vector<entry> entries_;
};

} // namespace arauto::socketio
