#define _GNU_SOURCE
#include "CMachine.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

void CMachine_wait(const void *word, uint32_t expected) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void CMachine_wakeOne(const void *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

int CMachine_allowedProcessors(void) {
    // The kernel refuses a set that is smaller than its own, whose size it does not tell.
    for (int size = 1024; size <= 1024 * 1024; size *= 2) {
        cpu_set_t *set = CPU_ALLOC(size);
        if (set == NULL) return 0;
        size_t bytes = CPU_ALLOC_SIZE(size);
        int result = sched_getaffinity(0, bytes, set), code = errno;
        int count = result == 0 ? CPU_COUNT_S(bytes, set) : 0;
        CPU_FREE(set);
        if (result == 0) return count;
        if (code != EINVAL) return 0;
    }
    return 0;
}
