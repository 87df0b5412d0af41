#pragma once

#include "actors/messages/sessions.hpp"
#include "actors/room_index.hpp"

#include <cstdint>
#include <unordered_map>
#include <vector>

namespace arauto {

class session;

/// Which sessions of one I/O thread get which events, so that no event costs time for sessions that do not want its
/// instance. Owns no session. That thread only. Bounded by the number of sessions.
class dispatch_lists {
public:
  /// Where a session stands; kept by the session.
  struct place {
    static constexpr std::uint32_t none = ~std::uint32_t{0};
    list_key list;
    std::uint32_t position = none;
  };

  /// Puts a session at the end of a list. Precondition: it is in none.
  void insert(session& who, const list_key& list);

  /// Takes a session out of its list, if it is in one. Not while a list is being walked.
  void remove(session& who);

  /// The sessions of a list; nullptr when there is none.
  const std::vector<session*>* find(const list_key& list) const noexcept;

  /// Number of lists that hold a session.
  std::size_t size() const noexcept { return lists_.size(); }

  /// The rooms of the same sessions.
  room_index& rooms() noexcept { return rooms_; }
  const room_index& rooms() const noexcept { return rooms_; }

private:
  struct hash {
    std::size_t operator()(const list_key& x) const noexcept {
      return std::hash<std::uint64_t>{}(std::uint64_t{x.instance} << 8 | static_cast<std::uint64_t>(x.which));
    }
  };
  std::unordered_map<list_key, std::vector<session*>, hash> lists_;
  room_index rooms_;
};

} // namespace arauto
