# The allocator of programs that serve: `arauto_allocator`. A turn frees what it allocated all at once, which is more than
# the C library keeps at hand per thread; bench/JOURNAL.md has the figures. Sanitizers bring their own.
add_library(arauto_allocator INTERFACE)
if(NOT ARAUTO_SANITIZE)
  pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
  target_link_libraries(arauto_allocator INTERFACE PkgConfig::jemalloc)
endif()
