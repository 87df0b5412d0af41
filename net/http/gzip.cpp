#include "net/http/gzip.hpp"

#include <memory>
#include <new>
#include <zlib.h>

namespace arauto::http {

namespace {

constexpr int level = 6;
/// The largest window, and 16 for gzip's head and end.
constexpr int window_bits = 15 + 16;
constexpr int memory_level = 8;

} // namespace

std::string gzip(std::string_view text) {
  z_stream stream{};
  if (deflateInit2(&stream, level, Z_DEFLATED, window_bits, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
    throw std::bad_alloc{};
  const std::unique_ptr<z_stream, decltype(&deflateEnd)> ends{&stream, deflateEnd};
  std::string out(deflateBound(&stream, static_cast<uLong>(text.size())), '\0');
  // zlib reads only; its interface is older than const.
  stream.next_in = const_cast<Bytef*>(reinterpret_cast<const Bytef*>(text.data()));
  stream.avail_in = static_cast<uInt>(text.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  if (deflate(&stream, Z_FINISH) != Z_STREAM_END)
    throw std::bad_alloc{};
  out.resize(stream.total_out);
  return out;
}

} // namespace arauto::http
