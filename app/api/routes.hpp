#pragma once

#include "app/api/exchange.hpp"

/// The handlers of all routes, by the file they stand in. Each takes an exchange and sees to its answer.
namespace arauto::app {

// ops.cpp
void show_welcome(const exchange_ptr& x);
void show_metrics(const exchange_ptr& x);

// instances.cpp
void create_one(const exchange_ptr& x);
void fetch_instances(const exchange_ptr& x);
void show_connection_state(const exchange_ptr& x);
void delete_one(const exchange_ptr& x);

// websocket.cpp
void configure_websocket(const exchange_ptr& x);
void find_websocket(const exchange_ptr& x);
/// The row as `/websocket/find` and `fetchInstances` show it.
std::string websocket_json(const instance_record& of);

// events.cpp
void emit_events(const exchange_ptr& x);
/// What became of an emit that was submitted: the answer to its producer.
void finish_emit(api_context& home, const emit_request& request, unsigned status, std::string_view failure);

} // namespace arauto::app
