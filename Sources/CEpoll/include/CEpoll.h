// epoll, which the C library's Swift module leaves out, with waits in nanoseconds.
#ifndef TELLTALE_CEPOLL_H
#define TELLTALE_CEPOLL_H

#include <sys/epoll.h>

/// Waits at most so many nanoseconds (below a second) for events, and takes at most `limit` of them. Returns how many;
/// none, too, when a signal came.
int CEpoll_wait(int epoll, struct epoll_event *events, int limit, long nanoseconds);

/// Lets the waits of the calling thread end as close to their time as the kernel can; by default they may be 50
/// microseconds late.
void CEpoll_useExactTimers(void);

#endif
