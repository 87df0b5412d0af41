#pragma once

#include "bench/loadgen/marker.hpp"
#include "bench/loadgen/options.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace arauto::loadgen {

/// The POST of every instance, built once: from one event to the next only the marker changes.
class request_set {
public:
  explicit request_set(const options& opts);
  /// Appends the request of `x.instance`, carrying `x`.
  void append_to(std::string& out, const marker& x) const;

private:
  struct prepared {
    std::string text;
    std::size_t marker_at;
  };
  std::vector<prepared> requests_;
};

} // namespace arauto::loadgen
