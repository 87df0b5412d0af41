#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace arauto::socketio {

/// Puts the attachments of a complete packet into the order in which its placeholders first name them, and drops those
/// that none names, so that whoever passes a packet on sends what an encoder would have made of it. An attachment that
/// several placeholders name stays one: a packet must not grow by what its sender repeats.
/// Gives the payload with the new numbers, or an empty text when nothing changed. `payload` has been checked: its
/// placeholders name attachments that exist. Linear in the payload.
std::string put_in_order(std::string_view payload, std::vector<std::string>& attachments);

} // namespace arauto::socketio
