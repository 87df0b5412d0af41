#pragma once

#include "net/frame.hpp"
#include "net/give_back.hpp"

#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

namespace arauto {

/// Frames waiting for one connection, in order. Three words as long as no more than one waits, which is all that most
/// connections ever have. Owned by its connection, I/O thread only. The owner bounds it by `bytes`.
class frame_queue {
public:
  void push(frame_ptr x) {
    bytes_ += x->websocket().size();
    if (!first_)
      first_ = std::move(x);
    else
      more().frames.push_back(std::move(x));
  }

  /// Precondition: there is one.
  const frame_ptr& at(std::size_t position) const noexcept {
    return position == 0 ? first_ : more_->frames[more_->head + position - 1];
  }

  /// Precondition: not empty.
  frame_ptr pop() {
    auto x = std::exchange(first_, nullptr);
    bytes_ -= x->websocket().size();
    if (!more_ || more_->is_empty())
      return x;
    first_ = std::move(more_->frames[more_->head++]);
    if (more_->is_empty())
      more_->clear();
    return x;
  }

  /// Gives out everything, in order.
  std::vector<frame_ptr> take() {
    std::vector<frame_ptr> all;
    all.reserve(size());
    while (!empty())
      all.push_back(pop());
    return all;
  }

  /// Drops everything.
  void clear() {
    first_.reset();
    more_.reset();
    bytes_ = 0;
  }

  std::size_t size() const noexcept { return first_ ? 1 + (more_ ? more_->size() : 0) : 0; }
  bool empty() const noexcept { return !first_; }
  /// WebSocket bytes of all frames.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  /// What waits behind the first one.
  struct rest {
    std::vector<frame_ptr> frames;
    std::size_t head = 0;

    std::size_t size() const noexcept { return frames.size() - head; }
    bool is_empty() const noexcept { return size() == 0; }
    /// Gives back the memory of an unusual burst.
    void clear() {
      constexpr std::size_t kept_capacity = 16;
      frames.clear();
      head = 0;
      if (frames.capacity() > kept_capacity)
        give_back(frames);
    }
  };

  rest& more() {
    if (!more_)
      more_ = std::make_unique<rest>();
    return *more_;
  }

  frame_ptr first_;
  std::unique_ptr<rest> more_;
  std::size_t bytes_ = 0;
};

} // namespace arauto
