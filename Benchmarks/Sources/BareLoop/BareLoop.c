#define _GNU_SOURCE
#include "BareLoop.h"
#include "CThreads.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

enum { events_at_once = 256, input_bytes = 65536, deepest_pipeline = 1024 };

int BareLoop_listen(unsigned short *port) {
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    if (listener < 0 || bind(listener, (struct sockaddr *)&address, length) != 0 || listen(listener, 1024) != 0 ||
        getsockname(listener, (struct sockaddr *)&address, &length) != 0)
        return -1;
    *port = ntohs(address.sin_port);
    return listener;
}

// How many heads end in these bytes, whose requests have no content; `state` counts the characters of the empty line
// that have been seen, also across reads.
static int heads(const char *bytes, ssize_t count, int *state) {
    int found = 0;
    for (ssize_t at = 0; at < count; at++) {
        if (bytes[at] == (*state % 2 ? '\n' : '\r')) {
            if (++*state == 4) found++, *state = 0;
        } else {
            *state = bytes[at] == '\r';
        }
    }
    return found;
}

void BareLoop_serve(int listener, const char *answer, size_t length) {
    static int states[65536];
    static char input[input_bytes];
    // A pipeline is answered in one write, as a good server does.
    char *answers = malloc(length * deepest_pipeline);
    if (!answers) return;
    for (int copy = 0; copy < deepest_pipeline; copy++) memcpy(answers + copy * length, answer, length);
    int epoll = epoll_create1(EPOLL_CLOEXEC), on = 1;
    struct epoll_event wanted = {.events = EPOLLIN, .data.fd = listener}, events[events_at_once];
    epoll_ctl(epoll, EPOLL_CTL_ADD, listener, &wanted);
    for (;;) {
        int ready = epoll_wait(epoll, events, events_at_once, -1);
        for (int each = 0; each < ready; each++) {
            int descriptor = events[each].data.fd;
            if (descriptor == listener) {
                int client = accept4(listener, 0, 0, SOCK_CLOEXEC);
                if (client < 0) continue;
                if (client >= 65536) {
                    close(client);
                    continue;
                }
                setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                states[client] = 0;
                wanted.data.fd = client;
                epoll_ctl(epoll, EPOLL_CTL_ADD, client, &wanted);
                continue;
            }
            ssize_t count = recv(descriptor, input, sizeof input, MSG_DONTWAIT);
            int found = count > 0 ? heads(input, count, &states[descriptor]) : 0;
            if (found > deepest_pipeline) found = deepest_pipeline;
            // A blocking socket takes all of it, or the peer is gone.
            if (count <= 0 || (found > 0 && send(descriptor, answers, found * length, MSG_NOSIGNAL) < 0))
                close(descriptor);
        }
    }
}

// A process of its own, which ends with the caller's; 0 in it.
static pid_t begin(void) {
    pid_t parent = getpid(), child = fork();
    if (child != 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    // The parent may have gone in between.
    if (getppid() != parent) _exit(1);
    CThreads_pin(0);
    return 0;
}

int BareLoop_start(int listener, const char *answer, size_t length) {
    pid_t child = begin();
    if (child != 0) return child;
    BareLoop_serve(listener, answer, length);
    _exit(1);
}

int BareLoop_run(char *const arguments[]) {
    pid_t child = begin();
    if (child != 0) return child;
    execv(arguments[0], arguments);
    _exit(127);
}
