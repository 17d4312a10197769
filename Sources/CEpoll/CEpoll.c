#define _GNU_SOURCE
#include "CEpoll.h"

#include <poll.h>
#include <sys/prctl.h>
#include <time.h>

int CEpoll_wait(int epoll, struct epoll_event *events, int limit, long nanoseconds) {
    int count = epoll_wait(epoll, events, limit, 0);
    if (count != 0 || nanoseconds <= 0) return count < 0 ? 0 : count;
    // epoll_wait counts in milliseconds; epoll_pwait2, which does not, is younger than the systems we run on.
    struct pollfd descriptor = {.fd = epoll, .events = POLLIN};
    struct timespec time = {.tv_sec = 0, .tv_nsec = nanoseconds};
    if (ppoll(&descriptor, 1, &time, 0) <= 0) return 0;
    count = epoll_wait(epoll, events, limit, 0);
    return count < 0 ? 0 : count;
}

void CEpoll_useExactTimers(void) { prctl(PR_SET_TIMERSLACK, 1ul, 0ul, 0ul, 0ul); }
