#pragma once

#include "actors/client_request.hpp"
#include "actors/directory.hpp"
#include "actors/gate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace arauto {

/// Who gets offsets and a `pid` (`WEBSOCKET_RECOVERY`). `automatic`: who asks for it, and browsers.
enum class recovery_mode : std::uint8_t { automatic, on, off };

/// What of the log the gate needs. Outlives the I/O threads' work.
struct log_access {
  log_reader_actor reader;
  const log_board* board = nullptr;
  const recovery_signer* signer = nullptr;
  recovery_mode recovery = recovery_mode::automatic;
};

/// As whom somebody reads the log.
struct log_subject {
  /// Names namespace and key: the same for whoever may go on as this session.
  std::string identity;
  instance_ids instances;
  bool is_selected_only = false;
};

/// Decides where a session begins, and what of the log it may read: fills `log` and `start` of a pass whose filter is
/// final. A refusal when the client wants events that are not there any more. Any thread.
std::optional<gate_refusal> give_access(gate_pass& to, const log_access& log, recovery_mode recovery,
                                        const log_subject& who, const connect_wish& wish, const handshake& shake);

/// Events behind the place that a client asked for are not kept any more; `oldest` is where it may begin.
gate_refusal refuse_place(const offset& oldest);

/// What a client wants of the log cannot be read, for that reason.
gate_refusal refuse_reading(std::string_view why);

/// The place of a log behind which everything is there that somebody may see; nullptr: of all instances.
event_sequence oldest_place(const log_extent& x, const std::vector<std::string>* instances);

} // namespace arauto
