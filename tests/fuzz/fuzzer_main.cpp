// What libFuzzer calls: the one target that is linked with it.
#include "tests/fuzz/target.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  static const auto run = arauto::fuzz::targets().begin()->second;
  run({reinterpret_cast<const char*>(bytes), size});
  return 0;
}
