#pragma once

/// A disk for tests of crashes: SQLite's files keep what is written in this process until it is synced, so that a
/// SIGKILL loses what a power failure would. What was synced is in the file; names of files are not held back.
///
/// `FAULTY_DISK` names a directory whose files steer it, at any time:
/// - `lies`: a sync says that it is done, and does nothing;
/// - `fails`: a sync fails, and what it should have written is gone, as Linux does it;
/// - `full`: a write fails for want of space.
namespace arauto::test {

/// Makes it the disk of all databases that this process opens from now on. Any thread, once, before the first one.
void install_faulty_disk();

} // namespace arauto::test
