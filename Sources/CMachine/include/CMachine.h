// What Swift's importer cannot see of the machine: the processors that the process may use, the futex system call,
// which the C library does not wrap, the hints for a loop that waits and for memory that is wanted soon, the comparison
// of sixteen bytes at once with its outcome in one word, and copies by sixteen bytes of what another thread may be
// changing.
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

/// How many processors the calling thread may run on, by its affinity mask; 0 when the system does not say.
int CMachine_allowedProcessors(void);

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

// ThreadSanitizer does not see into instructions of ours, so under it the portable way is taken.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TELLTALE_SANITIZED 1
#endif
#endif

/// The same for the sixteen bytes at `bytes`, aligned to 16, which another thread may be changing word by word. The
/// compiler keeps it between the accesses to memory that stand around it.
static inline uint32_t CMachine_equalSharedBytes(const void *bytes, uint8_t byte) {
#if defined(__SSE2__) && !defined(TELLTALE_SANITIZED)
    __m128i found;
    __asm__ __volatile__("movdqa %1, %0" : "=x"(found) : "m"(*(const __m128i *)bytes) : "memory");
    return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(found, _mm_set1_epi8((char)byte)));
#else
    const uint64_t *words = (const uint64_t *)bytes;
    uint64_t first = __atomic_load_n(words, __ATOMIC_RELAXED), second = __atomic_load_n(words + 1, __ATOMIC_RELAXED);
    return CMachine_equalBytes(first, second, byte);
#endif
}

/// Copies 120 bytes from `source`, which another thread may be changing word by word, to `target`, which is this
/// thread's own; both aligned to 16.
static inline void CMachine_copyShared120(void *target, const void *source) {
#if defined(__SSE2__) && !defined(TELLTALE_SANITIZED)
    __asm__ __volatile__(
        "movdqa (%1), %%xmm0; movdqa 16(%1), %%xmm1; movdqa 32(%1), %%xmm2; movdqa 48(%1), %%xmm3;"
        "movdqa 64(%1), %%xmm4; movdqa 80(%1), %%xmm5; movdqa 96(%1), %%xmm6; movq 112(%1), %%xmm7;"
        "movups %%xmm0, (%0); movups %%xmm1, 16(%0); movups %%xmm2, 32(%0); movups %%xmm3, 48(%0);"
        "movups %%xmm4, 64(%0); movups %%xmm5, 80(%0); movups %%xmm6, 96(%0); movq %%xmm7, 112(%0)"
        :
        : "r"(target), "r"(source)
        : "memory", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7");
#else
    const uint64_t *from = (const uint64_t *)source;
    uint64_t *to = (uint64_t *)target;
    for (int index = 0; index < 15; index++) to[index] = __atomic_load_n(from + index, __ATOMIC_RELAXED);
#endif
}

#endif
