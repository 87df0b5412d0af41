// Linked beside the server's own main: its databases are on the faulty disk before it opens one.
#include "tests/faulty_disk/faulty_disk.hpp"

namespace {

[[maybe_unused]] const bool is_installed = (arauto::test::install_faulty_disk(), true);

} // namespace
