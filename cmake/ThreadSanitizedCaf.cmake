# CAF::core for ThreadSanitizer, from the sources of Debian's package: Debian's own library is not built for it, and what
# its actors hand over between threads shows as races that are none. The headers stay the installed ones; `./dev tsan`
# gets the sources and makes sure that both are the same.
set(CAF_SOURCE_DIR "${PROJECT_SOURCE_DIR}/build/tools/actor-framework-${CAF_VERSION}" CACHE PATH "Sources of CAF, for ThreadSanitizer")
file(GLOB_RECURSE caf_sources CONFIGURE_DEPENDS "${CAF_SOURCE_DIR}/libcaf_core/src/*.cpp")
if(NOT caf_sources)
  message(FATAL_ERROR "ThreadSanitizer needs the sources of CAF ${CAF_VERSION}, which are not in ${CAF_SOURCE_DIR}; "
    "run `./dev build tsan`, which gets them from Debian, or set CAF_SOURCE_DIR")
endif()
add_library(caf_core_thread STATIC ${caf_sources})
target_include_directories(caf_core_thread SYSTEM PUBLIC "${CAF_INCLUDE_DIR}")
target_compile_options(caf_core_thread PRIVATE -fsanitize=${ARAUTO_SANITIZE} -fno-omit-frame-pointer -w)
target_link_libraries(caf_core_thread PUBLIC Threads::Threads ${CMAKE_DL_LIBS})
# Most of each file is the same headers.
set_target_properties(caf_core_thread PROPERTIES UNITY_BUILD ON UNITY_BUILD_BATCH_SIZE 12)
add_library(CAF::core ALIAS caf_core_thread)
