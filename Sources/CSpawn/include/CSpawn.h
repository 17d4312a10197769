// One call of posix_spawn that the C library hides from Swift's importer, because it needs _GNU_SOURCE.
#ifndef TELLTALE_CSPAWN_H
#define TELLTALE_CSPAWN_H

#include <spawn.h>

/// Closes every descriptor from `lowest` on in the child (glibc 2.34 or newer). SwiftNIO's sockets are not marked
/// close-on-exec, and a child that holds one keeps its connection open. Returns 0 or an error number.
int CSpawn_closeFrom(posix_spawn_file_actions_t *actions, int lowest);

#endif
