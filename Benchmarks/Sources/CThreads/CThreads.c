#define _GNU_SOURCE
#include "CThreads.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

int CThreads_pin(int core) {
    cpu_set_t allowed, chosen;
    if (sched_getaffinity(getpid(), sizeof allowed, &allowed) != 0) return errno;
    int wanted = core % CPU_COUNT(&allowed);
    for (int number = 0; number < CPU_SETSIZE; number++) {
        if (!CPU_ISSET(number, &allowed) || wanted-- > 0) continue;
        CPU_ZERO(&chosen);
        CPU_SET(number, &chosen);
        return pthread_setaffinity_np(pthread_self(), sizeof chosen, &chosen);
    }
    return EINVAL;
}

// About as long as a section lasts; a holder that was descheduled is not waited for.
enum { spins = 100 };

void FutexLock_wait(FutexLock *lock) {
    for (int turn = 0; turn < spins; turn++) {
        CThreads_rest();
        if (__atomic_load_n(&lock->state, __ATOMIC_RELAXED) == 0 && CThreads_take(&lock->state)) return;
    }
    while (__atomic_exchange_n(&lock->state, 2, __ATOMIC_ACQUIRE) != 0) {
        syscall(SYS_futex, &lock->state, FUTEX_WAIT_PRIVATE, 2, NULL, NULL, 0);
    }
}

void FutexLock_wake(FutexLock *lock) { syscall(SYS_futex, &lock->state, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0); }
