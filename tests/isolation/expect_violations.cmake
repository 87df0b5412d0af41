# The negative control: the isolation proof, built without the key check, has to fail by what it asserts.
# Usage: cmake -D BINARY=... -P expect_violations.cmake
set(ENV{ARAUTO_ISOLATION_ATTEMPTS} 20000)
execute_process(COMMAND "${BINARY}" --gtest_brief=1 OUTPUT_VARIABLE output ERROR_VARIABLE output RESULT_VARIABLE result)
if(NOT result EQUAL 1)
  message(FATAL_ERROR "Without the key check the isolation proof has to fail with exit code 1; it gave ${result}:\n${output}")
endif()
if(NOT output MATCHES "isolation violated by attempt" OR NOT output MATCHES "attempts: .* [1-9][0-9]* violations")
  message(FATAL_ERROR "Without the key check the isolation proof has to report violations:\n${output}")
endif()
