#include "net/error.hpp"

#include <string>

namespace arauto {

namespace {

// Boost's base class has no virtual destructor by design: categories live for ever.
#pragma GCC diagnostic ignored "-Wnon-virtual-dtor"
class category final : public boost::system::error_category {
public:
  const char* name() const noexcept override { return "arauto"; }
  std::string message(int value) const override {
    switch (static_cast<errc>(value)) {
    case errc::bad_engine_packet:
      return "not an Engine.IO packet";
    case errc::bad_base64:
      return "not base64";
    case errc::bad_socket_packet:
      return "not a Socket.IO packet";
    case errc::bad_payload:
      return "the payload is not what this packet type carries";
    case errc::bad_attachment:
      return "an attachment is out of place, out of range or too large";
    case errc::bad_json:
      return "not JSON";
    case errc::too_large:
      return "larger than the limit";
    }
    return "unknown error";
  }
};

} // namespace

const boost::system::error_category& error_category() noexcept {
  static const category x;
  return x;
}

} // namespace arauto
