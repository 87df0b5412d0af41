#pragma once

#include "actors/unit_actor.hpp"

#include <caf/actor_cast.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/mailbox_element.hpp>
#include <caf/typed_actor.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <new>
#include <tuple>
#include <type_traits>
#include <utility>

namespace arauto {

/// A unit actor whose messages wait: they are handled at the end of the turn, in the order in which they came to the
/// unit. The part that is the same for all of them.
class placed : public unit_actor {
public:
  explicit placed(caf::actor_config& config);

  using unit_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* from) override;
  void arrive(caf::mailbox_element_ptr what) override;

  /// Ends it behind this message: its state goes, who monitors it hears of that, and what still arrives is dropped. Own
  /// thread only.
  void quit() noexcept { is_quitting_ = true; }

  /// Sends it a message after a delay, until when it stays. Own thread only.
  template <class Message>
  void delayed_send(std::chrono::milliseconds delay, Message what) {
    unit().queue_later(delay, {caf::strong_actor_ptr{ctrl()}, this,
                               caf::make_mailbox_element(nullptr, caf::make_message_id(), {}, std::move(what))});
  }

protected:
  void end() override;
  bool is_quitting() const noexcept { return is_quitting_; }

private:
  bool is_quitting_ = false;
};

/// Gives a message to the function of a state that takes it; false: none does.
template <class State>
using behaviour = bool (*)(State& state, caf::type_erased_tuple& what);

namespace detail {

template <class>
struct handled;
template <class State, class Argument>
struct handled<void (State::*)(Argument)> {
  using message = std::remove_cvref_t<Argument>;
  static constexpr bool is_const = std::is_const_v<std::remove_reference_t<Argument>>;
};

/// Whether the functions take every message of an interface.
template <class Signatures, class... Messages>
struct covers;
template <class... Messages, class... Signatures>
struct covers<caf::detail::type_list<Signatures...>, Messages...> {
  template <class>
  struct input;
  template <class Input>
  struct input<caf::typed_mpi<caf::detail::type_list<Input>, caf::output_tuple<void>>> {
    static constexpr bool is_taken = (std::is_same_v<Input, Messages> || ...);
  };
  static constexpr bool value = (input<Signatures>::is_taken && ...);
};

} // namespace detail

/// The behaviour made of functions of a state, one for each message of the interface; those that get most messages
/// first.
template <class Interface, auto... Handle>
struct handler_list {
  static_assert(
      detail::covers<typename Interface::signatures, typename detail::handled<decltype(Handle)>::message...>::value,
      "a message of the interface has no handler");

  template <class State>
  operator behaviour<State>() const noexcept {
    return [](State& state, caf::type_erased_tuple& what) { return (offer<Handle>(state, what) || ...); };
  }

private:
  template <auto Function, class State>
  static bool offer(State& state, caf::type_erased_tuple& what) {
    using takes = detail::handled<decltype(Function)>;
    if (!what.match_elements<typename takes::message>())
      return false;
    if constexpr (takes::is_const)
      (state.*Function)(what.get_as<typename takes::message>(0));
    else // Sent to this actor alone, so nobody else has it.
      (state.*Function)(what.get_mutable_as<typename takes::message>(0));
    return true;
  }
};
template <class Interface, auto... Handle>
inline constexpr handler_list<Interface, Handle...> handles{};

/// The actor behind a typed interface: a state, which goes when the actor ends, and which of its functions takes which
/// message. Lives on its unit's thread.
template <class Interface, class State>
class placed_actor final : public placed {
public:
  using signatures = typename Interface::signatures;
  using behavior_type = typename Interface::behavior_type;
  /// Gives the state what it stands on; says how messages are handled from then on.
  using beginning = std::function<behaviour<State>(placed_actor*)>;

  placed_actor(caf::actor_config& config, beginning begin)
      : placed{config}, begin_{std::make_unique<beginning>(std::move(begin))} {
    if constexpr (std::is_constructible_v<State, placed_actor*>)
      new (&state) State{this};
    else
      new (&state) State{};
  }
  ~placed_actor() override { drop_state(); }

  const char* name() const override { return State::name; }

  Interface handle() { return caf::actor_cast<Interface>(static_cast<caf::abstract_actor*>(this)); }

  union {
    State state;
  };

private:
  /// What is sent on its own thread may overtake the word to begin, which comes from the thread that spawned it.
  void receive(caf::type_erased_tuple& what) override {
    if (has_ended())
      return;
    if (begin_)
      handle_ = (*std::exchange(begin_, nullptr))(this);
    handle_(state, what);
    if (!is_quitting())
      return;
    end();
    drop_state();
  }

  void on_exit_request() override { drop_state(); }

  void drop_state() noexcept {
    if (!std::exchange(is_dropped_, true))
      state.~State();
  }

  std::unique_ptr<beginning> begin_;
  behaviour<State> handle_ = nullptr;
  bool is_dropped_ = false;
};

/// Says to an actor that it may begin, if no other message has. Sent once, by `spawn_on`; no handler takes it.
struct begin_placed {};

/// Spawns `begin(self, arguments...)` on a unit, which runs on its thread before any message is handled. Thread-safe.
template <class Interface, class State, class... Arguments, class... Given>
Interface spawn_on(io_unit& unit, behaviour<State> (*begin)(placed_actor<Interface, State>*, Arguments...),
                   Given&&... given) {
  using actor_class = placed_actor<Interface, State>;
  auto held = std::make_shared<std::tuple<std::decay_t<Arguments>...>>(std::forward<Given>(given)...);
  auto made = make_on<actor_class, Interface>(unit, [begin, held = std::move(held)](actor_class* self) {
    return std::apply([&](auto&... x) { return begin(self, static_cast<Arguments>(std::move(x))...); }, *held);
  });
  caf::actor_cast<caf::abstract_actor*>(made)->eq_impl(caf::make_message_id(), nullptr, nullptr, begin_placed{});
  return made;
}

} // namespace arauto

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::begin_placed)
