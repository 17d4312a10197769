// What Swift's importer cannot see of the machine: the futex system call, which the C library does not wrap, the hints
// for a loop that waits and for memory that is wanted soon, and the comparison of sixteen bytes at once with its outcome in one word.
#ifndef TELLTALE_CMACHINE_H
#define TELLTALE_CMACHINE_H

#include <stddef.h>
#include <stdint.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

/// Sleeps until woken, unless `*word` is no longer `expected`; may also return for no reason.
void CMachine_wait(const void *word, uint32_t expected);

/// Wakes one thread that sleeps on `word`, if there is one.
void CMachine_wakeOne(const void *word);

/// Tells the processor that the thread is waiting for another one.
static inline void CMachine_pause(void) {
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ __volatile__("yield");
#endif
}

/// Tells the processor that the cache line at `address` will be written to soon. Any address will do.
static inline void CMachine_prefetch(const void *address) { __builtin_prefetch(address, 1, 3); }

/// One bit for each of the sixteen bytes of `first` and `second` that equals `byte`, the lowest for the lowest byte
/// of `first`.
static inline uint32_t CMachine_equalBytes(uint64_t first, uint64_t second, uint8_t byte) {
#if defined(__SSE2__)
    __m128i bytes = _mm_set_epi64x((long long)second, (long long)first);
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(bytes, _mm_set1_epi8((char)byte)));
#else
    // Without such an instruction: the top bit of each byte that is zero after the difference, gathered by a product.
    const uint64_t low = 0x7f7f7f7f7f7f7f7full, pattern = byte * 0x0101010101010101ull;
    uint64_t one = first ^ pattern, two = second ^ pattern;
    one = ~(((one & low) + low) | one | low);
    two = ~(((two & low) + low) | two | low);
    uint32_t lower = (uint32_t)(((one >> 7) * 0x0102040810204080ull) >> 56);
    uint32_t upper = (uint32_t)(((two >> 7) * 0x0102040810204080ull) >> 56);
    return lower | upper << 8;
#endif
}

#endif
