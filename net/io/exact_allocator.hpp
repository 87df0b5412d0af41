#pragma once

#include <cstddef>
#include <new>

namespace arauto::io {

/// For operations that wait long: memory of just their size. What Asio recycles by default (and takes
/// `std::allocator` for) may be the larger block of an earlier operation. Thread-safe.
template <class T>
struct exact_allocator {
  using value_type = T;
  exact_allocator() = default;
  template <class Other>
  exact_allocator(const exact_allocator<Other>&) noexcept {}

  T* allocate(std::size_t n) { return static_cast<T*>(::operator new(n * sizeof(T))); }
  void deallocate(T* what, std::size_t) noexcept { ::operator delete(what); }
  friend bool operator==(const exact_allocator&, const exact_allocator&) noexcept { return true; }
};

} // namespace arauto::io
