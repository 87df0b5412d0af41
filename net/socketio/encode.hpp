#pragma once

#include "net/frame.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto::socketio {

/// Encoders give complete Engine.IO message frames ("4" in front). The comma after a namespace other than "/" is always
/// written. Pure.

/// `40{"sid":"..."}`, with `,"pid":"..."` when there is one (connection state recovery).
frame_ptr encode_connect(std::string_view nsp, std::string_view sid, std::string_view pid = {});

/// `44{"message":"..."}`, with `,"data":<data>` when `data` (JSON text) is not empty.
frame_ptr encode_connect_error(std::string_view nsp, std::string_view message, std::string_view data = {});

/// `41`
frame_ptr encode_disconnect(std::string_view nsp);

/// `42["name",<arguments>]`. `name` is plain text, `arguments` JSON texts joined by commas (may be empty).
frame_ptr encode_event(std::string_view nsp, std::string_view name, std::string_view arguments,
                       std::optional<std::uint64_t> ack_id = std::nullopt);

/// Appends `42["name"`, for events whose arguments are written in place: a comma before each, and `]` at the end.
void append_event_head(std::string& out, std::string_view nsp, std::string_view name);

/// As `encode_event` with attachments behind it, to be sent with nothing in between: `arguments` holds a placeholder
/// for each. Without attachments one frame, like `encode_event`.
std::vector<frame_ptr> encode_binary_event(std::string_view nsp, std::string_view name, std::string_view arguments,
                                           std::span<const std::string> attachments,
                                           std::optional<std::uint64_t> ack_id = std::nullopt);

/// `43<id>[<arguments>]`
frame_ptr encode_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments);

/// As `encode_ack` with attachments behind it (`46<n>-<id>[...]`), like `encode_binary_event`.
std::vector<frame_ptr> encode_binary_ack(std::string_view nsp, std::uint64_t id, std::string_view arguments,
                                         std::span<const std::string> attachments);

} // namespace arauto::socketio
