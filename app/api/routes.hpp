#pragma once

#include "app/api/exchange.hpp"
#include "app/api/object_writer.hpp"

/// The handlers of all routes, by the file they stand in. Each takes an exchange and sees to its answer.
namespace arauto::app {

// ops.cpp
void show_welcome(const exchange_ptr& x);
void show_metrics(const exchange_ptr& x);
void verify_credentials(const exchange_ptr& x);

// instances.cpp
void create_one(const exchange_ptr& x);
void delete_one(const exchange_ptr& x);

// instance_list.cpp
void fetch_instances(const exchange_ptr& x);

// instance_state.cpp
void show_connection_state(const exchange_ptr& x);
void connect_one(const exchange_ptr& x);
void restart_one(const exchange_ptr& x);
void set_presence(const exchange_ptr& x);
void log_out_one(const exchange_ptr& x);

// tokens.cpp
void replace_token(const exchange_ptr& x);
void make_browser_token(const exchange_ptr& x);

// websocket.cpp
void configure_websocket(const exchange_ptr& x);
void find_websocket(const exchange_ptr& x);
/// The settings of an instance, added to an object.
object_writer& write_behaviour(object_writer& out, const behaviour_row& x);
/// The row as `/websocket/find` and `fetchInstances` show it.
std::string websocket_json(const instance_record& of);

// webhook.cpp
void configure_webhook(const exchange_ptr& x);
void find_webhook(const exchange_ptr& x);
void show_nothing(const exchange_ptr& x);
void take_nothing(const exchange_ptr& x);

// channel.cpp
void take_channel_message(const exchange_ptr& x);

// relay.cpp
void relay_event(const exchange_ptr& x);

// history.cpp
void show_history(const exchange_ptr& x);
void show_event(const exchange_ptr& x);

// events.cpp
void emit_events(const exchange_ptr& x);
/// What became of an emit that was submitted: the answer to its producer.
void finish_emit(api_context& home, const emit_request& request, unsigned status, std::string_view failure);

} // namespace arauto::app
