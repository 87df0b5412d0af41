#pragma once

#include "actors/event.hpp"
#include "actors/interfaces.hpp"
#include "actors/record.hpp"
#include "actors/record_change.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

#include <memory>
#include <string>

/// What REST asks of the REGISTRY, and the REGISTRY of an INSTANCE.
namespace arauto {

/// Everything but ids and times is given; an empty token gets a fresh one.
struct create_instance {
  instance_record record;
};

/// The id says which one is meant: between look-up and deletion another may have taken the name.
struct delete_instance {
  std::string name;
  std::string id;
};

struct change_instance {
  std::string name;
  std::string id;
  record_change what;
};

struct configure_instance {
  std::shared_ptr<const instance_record> record;
};

struct retire_instance {
  /// It never was announced: its creation failed.
  bool is_abandoned = false;
};

struct forget_instance {
  instance_number instance = 0;
};

enum class refusal { not_found, name_taken, token_taken, limit_reached, storage_failure, no_answer };

/// The record after the change, or why nothing changed.
struct instance_answer {
  std::shared_ptr<const instance_record> record;
  refusal why = refusal::not_found;
  std::string reason;
};

} // namespace arauto

// None of these leaves the process, so none needs an inspect().
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::change_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::configure_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::create_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::delete_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::forget_instance)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::instance_answer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(arauto::retire_instance)
