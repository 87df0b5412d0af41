# One INTERFACE target carries every compiler flag; presets choose among the options below.
option(ARAUTO_TESTS "Build the tests" ON)
option(ARAUTO_BENCH "Build the bench harness" ON)
option(ARAUTO_WERROR "Treat warnings as errors" OFF)
option(ARAUTO_FUZZ "Build the fuzzers (Clang only)" OFF)
option(ARAUTO_COVERAGE "Instrument for branch coverage" OFF)
set(ARAUTO_SANITIZE "" CACHE STRING "Sanitizers, as for -fsanitize= (empty: none)")

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(arauto_options INTERFACE)
target_include_directories(arauto_options INTERFACE "${PROJECT_SOURCE_DIR}")
target_compile_options(arauto_options INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion
  -Wold-style-cast -Wnon-virtual-dtor $<$<BOOL:${ARAUTO_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # GCC bug 105651: a false alarm for `"text" + std::string`.
  target_compile_options(arauto_options INTERFACE -Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # GCC leaves it out of -Wconversion for C++.
  target_compile_options(arauto_options INTERFACE -Wno-sign-conversion)
endif()
target_compile_definitions(arauto_options INTERFACE BOOST_ASIO_NO_DEPRECATED BOOST_ASIO_SEPARATE_COMPILATION
  BOOST_BEAST_SEPARATE_COMPILATION)
if(ARAUTO_SANITIZE)
  # CAF 0.17 binds a null reference in its own spawn header, which UBSan would report in each file that spawns.
  target_compile_options(arauto_options INTERFACE -fsanitize=${ARAUTO_SANITIZE} -fno-sanitize=null
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(arauto_options INTERFACE -fsanitize=${ARAUTO_SANITIZE})
  if(ARAUTO_SANITIZE MATCHES "thread" AND CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # Asio has fences that ThreadSanitizer does not model; its locks say the same.
    target_compile_options(arauto_options INTERFACE -Wno-tsan)
  endif()
endif()
if(ARAUTO_COVERAGE)
  target_compile_options(arauto_options INTERFACE --coverage -fprofile-abs-path)
  target_link_options(arauto_options INTERFACE --coverage)
endif()
