#pragma once

#include "actors/catalogue.hpp"
#include "actors/offset.hpp"
#include "net/frame.hpp"
#include "net/ports.hpp"

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace arauto {

/// Number of an instance within this process: a short key for dispatch lists. Never reused, never shown.
using instance_number = std::uint32_t;

/// What an event says of its emitter. Shared by the events of an instance; replaced when the token changes.
struct emitter {
  instance_number number = 0;
  std::string id;
  std::string name;
  /// Value of the envelope's `apikey`, as JSON text. Never stored with the event.
  std::string api_key_json = "null";
  /// What its events say is kept in the log.
  bool keeps_events = true;
  /// Its envelopes end with their offset (`EVENT_OFFSET_MEMBER`).
  bool shows_offset = false;
};

/// One event as a producer gave it; `data` and the other views point into `body`.
struct emission {
  std::shared_ptr<const std::string> body;
  /// Wire name.
  std::string name;
  catalogue_index index = custom_event;
  /// JSON text, checked, passed on verbatim.
  std::string_view data;
  /// JSON texts of strings, checked; empty when absent.
  std::string_view sender;
  std::string_view date_time;
  std::string_view server_url;
  /// JSON members behind the known ones, passed on verbatim: `,"key":value` for each. Empty when there are none.
  std::string more;
  /// Made by the server, not by a producer.
  bool is_own = false;
  /// The last event of an instance that is deleted: its sessions end once they have got it.
  bool is_farewell = false;
};

/// An event of a known wire name that this process makes itself; `data` is JSON text.
emission make_emission(std::string_view wire_name, std::string data);

/// Our envelope: instance, wire name, raw `data`, place in the one sequence, time. Immutable once the log placed it.
struct event : boost::intrusive_ref_counter<event> {
  std::shared_ptr<const emitter> from;
  emission what;
  /// JSON texts; `server_url` is empty when there is none.
  std::string date_time_json;
  std::string server_url_json;
  /// Place in the one sequence, given by the EVENT LOG.
  mutable std::uint64_t sequence = 0;
  /// Of its offset; 0: it has none, since nothing is kept.
  mutable std::uint64_t epoch = 0;
  /// The settings of its instance let its namespace have it. "/" gets every event.
  bool is_selected = false;
};
using event_ptr = boost::intrusive_ptr<const event>;

/// The envelope as JSON text, members in the order of Evolution's Socket.IO (contract section 4); without the offset.
std::string envelope_json(const event& x);

/// The same with its offset as the first member, as history shows it.
std::string envelope_json(const event& x, const offset& at);

/// An event as the receivers of that namespace get it, in that form. Pure: replay gives the same bytes.
frame_ptr encode(const event& x, std::string_view nsp, event_form form);

/// An event on its way to the sessions of one namespace. In each form the frame is encoded when the first receiver
/// needs it, and shared by all on every I/O thread (where two need it at the same time, both encode it, and one frame
/// stays: `std::call_once` makes a system call each time). Thread-safe.
class publication : public boost::intrusive_ref_counter<publication> {
public:
  publication(event_ptr what, std::string nsp) : what_{std::move(what)}, nsp_{std::move(nsp)} {}
  ~publication();
  publication(const publication&) = delete;
  publication& operator=(const publication&) = delete;
  const event& what() const noexcept { return *what_; }
  frame_ptr in(event_form form) const;

private:
  event_ptr what_;
  std::string nsp_;
  /// Each holds a reference, or is nullptr as long as nobody needed it.
  mutable std::array<std::atomic<const frame*>, event_forms> frames_{};
};
using publication_ptr = boost::intrusive_ptr<const publication>;

/// Events for the sessions of one list, in order, and their frames in each form that a session has asked for. One
/// thread, one dispatch.
class batch {
public:
  batch(std::span<const publication_ptr> events, std::size_t receivers) : events_{events}, receivers_{receivers} {}

  std::span<const publication_ptr> events() const noexcept { return events_; }
  const event& first() const noexcept { return events_.front()->what(); }
  const event& last() const noexcept { return events_.back()->what(); }
  /// A packet for each event; joined, too, where enough receivers share the work.
  frame_batch frames(event_form form);

  /// So many packets were queued for one of the receivers.
  void note_deliveries(std::size_t packets) noexcept { deliveries_ += packets; }
  std::uint64_t deliveries() const noexcept { return deliveries_; }

private:
  struct encoded {
    std::vector<frame_ptr> packets;
    std::vector<frame_ptr> runs;
  };
  std::span<const publication_ptr> events_;
  std::size_t receivers_;
  std::uint64_t deliveries_ = 0;
  std::array<encoded, event_forms> encoded_;
};

/// Which events a session wants (`auth.events`, `auth.instances`). Empty parts let everything pass.
struct event_filter {
  bool by_event = false;
  event_set events;
  std::vector<std::string> custom_events;
  /// Names; only on "/" with the global key.
  std::vector<std::string> instances;
  /// Only these instances, by id; nothing: all. What the session's key allows, where its list has more.
  std::optional<std::vector<std::string>> allowed;

  bool is_open() const noexcept { return !by_event && instances.empty() && !allowed; }
  bool passes(const event& x) const noexcept;
};

/// What both filters let pass; instances are those of the first.
event_filter both(event_filter a, const event_filter& b);

/// Milliseconds since 1970 as `YYYY-MM-DDTHH:MM:SS.mmmZ`.
std::string iso_time(std::int64_t unix_ms);

} // namespace arauto
