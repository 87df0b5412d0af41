#pragma once

#include "net/frame.hpp"
#include "net/give_back.hpp"

#include <cstddef>
#include <utility>
#include <vector>

namespace arauto {

/// Frames waiting for one connection, in order. Owned by it, I/O thread only. The owner bounds it by `bytes`.
class frame_queue {
public:
  void push(frame_ptr x) {
    bytes_ += x->websocket().size();
    frames_.push_back(std::move(x));
  }

  /// Precondition: not empty.
  const frame_ptr& at(std::size_t position) const noexcept { return frames_[head_ + position]; }

  /// Precondition: not empty.
  frame_ptr pop() {
    auto x = std::move(frames_[head_++]);
    bytes_ -= x->websocket().size();
    if (head_ == frames_.size())
      clear();
    return x;
  }

  /// Gives out everything, in order.
  std::vector<frame_ptr> take() {
    frames_.erase(frames_.begin(), frames_.begin() + static_cast<std::ptrdiff_t>(head_));
    auto all = std::exchange(frames_, {});
    clear();
    return all;
  }

  /// Drops everything and gives back the memory of an unusual burst.
  void clear() {
    frames_.clear();
    head_ = 0;
    bytes_ = 0;
    if (frames_.capacity() > kept_capacity)
      give_back(frames_);
  }

  std::size_t size() const noexcept { return frames_.size() - head_; }
  bool empty() const noexcept { return frames_.empty(); }
  /// WebSocket bytes of all frames.
  std::size_t bytes() const noexcept { return bytes_; }

private:
  static constexpr std::size_t kept_capacity = 16;
  std::vector<frame_ptr> frames_;
  std::size_t head_ = 0;
  std::size_t bytes_ = 0;
};

} // namespace arauto
