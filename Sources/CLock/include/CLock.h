// What a lock needs of the kernel and the processor and Swift's importer cannot see: the futex system call, which the
// C library does not wrap, and the hint for a loop that waits.
#ifndef TELLTALE_CLOCK_H
#define TELLTALE_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/// Sleeps until woken, unless `*word` is no longer `expected`; may also return for no reason.
void CLock_wait(const void *word, uint32_t expected);

/// Wakes one thread that sleeps on `word`, if there is one.
void CLock_wakeOne(const void *word);

/// Tells the processor that the thread is waiting for another one.
static inline void CLock_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

#endif
