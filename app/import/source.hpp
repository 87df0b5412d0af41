#pragma once

#include "app/import/offer.hpp"
#include "net/io/http_client.hpp"

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace arauto::app {

/// Why nothing can be imported: what was asked, what came, what to do. Never holds a key.
class import_failure : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// Gives the answer to `GET <target>`. Throws io::http_client_failure.
using ask_function = std::function<io::http_answer(const std::string& target)>;

/// Asks an Evolution API for all that its global key shows: the list of instances, and for each that can come here its
/// websocket settings. One that vanished meanwhile is an obstacle of its own. `key` is masked in what the other server
/// says. Throws import_failure.
std::vector<offered_instance> ask_for_instances(const ask_function& ask, const std::string& key, std::int64_t now_ms);

} // namespace arauto::app
