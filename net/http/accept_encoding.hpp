#pragma once

#include <string_view>

namespace arauto::http {

/// Whether a client that sent this `Accept-Encoding` gets gzip (RFC 9110, section 12.5.3): it accepts it by name or by
/// `*`, and does not like an unchanged body better. A malformed weight counts as 0. Where not even an unchanged body is
/// acceptable, it is sent all the same.
bool accepts_gzip(std::string_view accept_encoding) noexcept;

} // namespace arauto::http
