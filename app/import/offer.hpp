#pragma once

#include "actors/record.hpp"

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// Reads the answers of Evolution API that an import needs (contract section 2). Pure: texts in, values out.
namespace arauto::app {

/// An answer that is not what Evolution API gives: a sentence without anything of its content, which may be a key.
class unexpected_answer : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// One instance as the other server has it.
struct offered_instance {
  /// The token is empty when the other server has or shows none. Rows without an id have none there.
  instance_record record;
  /// Not empty: why it cannot be taken.
  std::string obstacle;
  /// What had to be left out.
  std::vector<std::string> notes;
};

/// Reads the body of `GET /instance/fetchInstances`, the oldest instance first. `now_ms` stands for times that are
/// missing. Throws unexpected_answer when it is not a list of objects.
std::vector<offered_instance> read_instance_list(std::string_view body, std::int64_t now_ms);

/// Puts the body of `GET /websocket/find/<name>` into the offer: a row, or `null` for none. An empty body, which a
/// server gives whose websocket is switched off, leaves the row of the list. Throws unexpected_answer when it is
/// anything else.
void read_websocket_answer(std::string_view body, offered_instance& into);

} // namespace arauto::app
