// Pinning of threads, and two locks to compare: what Swift's importer does not see, or Swift does not have.
#ifndef TELLTALE_CTHREADS_H
#define TELLTALE_CTHREADS_H

#include <stdbool.h>
#include <stdint.h>

/// Pins the calling thread to a core of those that the process may use, counted from 0 and round again. Returns 0 or
/// an error number.
int CThreads_pin(int core);

static inline void CThreads_rest(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static inline bool CThreads_take(uint32_t *word) {
    uint32_t free = 0;
    return __atomic_compare_exchange_n(word, &free, 1, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

/// A lock in one word: 0 free, 1 held, 2 held with waiters (Drepper, "Futexes Are Tricky", 2011, section 6). It spins
/// for a moment before it sleeps.
typedef struct {
    uint32_t state;
} FutexLock;

void FutexLock_wait(FutexLock *lock);
void FutexLock_wake(FutexLock *lock);

static inline void FutexLock_lock(FutexLock *lock) {
    if (!CThreads_take(&lock->state)) FutexLock_wait(lock);
}

static inline void FutexLock_unlock(FutexLock *lock) {
    if (__atomic_exchange_n(&lock->state, 0, __ATOMIC_RELEASE) == 2) FutexLock_wake(lock);
}

/// A lock that never sleeps, in one word: 0 free, 1 held.
typedef struct {
    uint32_t state;
} SpinLock;

static inline void SpinLock_lock(SpinLock *lock) {
    while (!CThreads_take(&lock->state)) {
        while (__atomic_load_n(&lock->state, __ATOMIC_RELAXED) != 0) CThreads_rest();
    }
}

static inline void SpinLock_unlock(SpinLock *lock) { __atomic_store_n(&lock->state, 0, __ATOMIC_RELEASE); }

#endif
