# The server must have its key check: the mark of a build without it is in the negative control and not in the server.
# Usage: cmake -D SERVER=... -D CONTROL=... -P key_check_is_built_in.cmake
set(mark "ARAUTO_TEST_WITHOUT_KEY_CHECK")
file(STRINGS "${CONTROL}" found REGEX "${mark}")
if(NOT found)
  message(FATAL_ERROR "${CONTROL} does not hold ${mark}, so that its absence elsewhere says nothing")
endif()
file(STRINGS "${SERVER}" found REGEX "${mark}")
if(found)
  message(FATAL_ERROR "${SERVER} was built with ${mark}: it lets everybody in; build it without that definition")
endif()
