# Has systemd judge the units of docs/systemd: they are understood to the last line, and what a fault in the server could do
# stays small. A unit that forbids nothing is the control.
# cmake -D ANALYZE= -D LIBRARIES= -D UNITS= -D SERVER= -D WORK= -P check.cmake
set(exposure_max 20) # In tenths.
set(ENV{LD_LIBRARY_PATH} "${LIBRARIES}")

file(READ "${UNITS}/arauto.service" service)
string(REPLACE "/usr/local/bin/arauto" "${SERVER}" service "${service}")
file(WRITE "${WORK}/arauto.service" "${service}")
file(COPY "${UNITS}/arauto.socket" DESTINATION "${WORK}")
file(WRITE "${WORK}/open.service" "[Service]\nExecStart=${SERVER}\n")

execute_process(COMMAND "${ANALYZE}" verify --man=no "${WORK}/arauto.service" "${WORK}/arauto.socket"
  OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE result)
if(result OR said)
  message(FATAL_ERROR "systemd-analyze verify (${result}): ${said}")
endif()

function(judge unit out)
  execute_process(
    COMMAND "${ANALYZE}" security --offline=true --no-pager --threshold=${exposure_max} "${WORK}/${unit}"
    OUTPUT_VARIABLE said ERROR_VARIABLE said RESULT_VARIABLE result)
  string(REGEX MATCH "Overall exposure level[^\n]*" level "${said}")
  if(NOT level)
    message(FATAL_ERROR "systemd-analyze security said nothing of ${unit}: ${said}")
  endif()
  message(STATUS "${level}")
  set(${out} ${result} PARENT_SCOPE)
endfunction()

judge(arauto.service is_exposed)
if(is_exposed)
  message(FATAL_ERROR "arauto.service is more exposed than ${exposure_max} tenths")
endif()
judge(open.service is_exposed)
if(NOT is_exposed)
  message(FATAL_ERROR "a unit that forbids nothing passes, too")
endif()
