#pragma once

#include "actors/event.hpp"

#include <cstddef>
#include <string>
#include <string_view>

/// What the micro-benchmarks are fed with.
namespace arauto::micro {

/// Bytes of `data` of an event, where a benchmark does not vary it.
inline constexpr std::size_t data_bytes = 512;

/// A JSON object of exactly that many bytes (16 at least), much as messages look: members, a nested object, text.
std::string json_of(std::size_t bytes);

/// A body of `POST /event/emit/:instance` with `data` of that size.
std::string emit_body(std::size_t bytes);

/// An event in its place, with `data` of that size.
event_ptr event_at(std::uint64_t place, std::size_t bytes);

} // namespace arauto::micro
