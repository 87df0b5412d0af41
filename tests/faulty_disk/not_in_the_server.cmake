# The server must not have the disk of the tests: its names are in the test binary and not in the server.
# Usage: cmake -D SERVER=... -D CONTROL=... -P not_in_the_server.cmake
foreach(mark "arauto-faulty" "FAULTY_DISK")
  file(STRINGS "${CONTROL}" found REGEX "${mark}")
  if(NOT found)
    message(FATAL_ERROR "${CONTROL} does not hold ${mark}, so that its absence elsewhere says nothing")
  endif()
  file(STRINGS "${SERVER}" found REGEX "${mark}")
  if(found)
    message(FATAL_ERROR "${SERVER} holds ${mark}: link it without arauto_faulty_disk")
  endif()
endforeach()
