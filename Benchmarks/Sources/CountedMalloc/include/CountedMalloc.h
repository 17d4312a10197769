// The C library's allocator with a count of what it is asked for. A program that links this gets it for all of its
// libraries, because the dynamic linker takes the program's symbols first.
#ifndef COUNTEDMALLOC_H
#define COUNTEDMALLOC_H

#include <stdbool.h>
#include <stdint.h>

/// From now on counts the allocations of this process in the file at `path`. Returns false when it cannot be mapped.
bool CountedMalloc_count(const char *path);

/// The count that another process keeps in the file at `path`, or NULL when there is none.
const uint64_t *CountedMalloc_watch(const char *path);

#endif
