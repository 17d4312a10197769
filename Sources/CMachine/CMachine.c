#define _GNU_SOURCE
#include "CMachine.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

void CMachine_wait(const void *word, uint32_t expected) {
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void CMachine_wakeOne(const void *word) {
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}
