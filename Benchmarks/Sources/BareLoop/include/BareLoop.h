// The least that a server of HTTP/1.1 can do: an epoll loop that counts empty lines and sends one canned answer for
// each. What it costs is what the kernel costs.
#ifndef BARELOOP_H
#define BARELOOP_H

#include <stddef.h>

/// Opens a listening socket on a free port of 127.0.0.1 and stores the port. Returns the descriptor, or -1.
int BareLoop_listen(unsigned short *port);

/// Serves connections of `listener` for ever on the calling thread. Each request gets the `length` bytes of `answer`.
void BareLoop_serve(int listener, const char *answer, size_t length);

/// Starts a process on the first core that serves `listener`, and ends with the caller's. Returns its id, or -1.
int BareLoop_start(int listener, const char *answer, size_t length);

/// Starts the program `arguments[0]` on the first core, with arguments that NULL ends; it ends with the caller's
/// process. Returns its id, or -1.
int BareLoop_run(char *const arguments[]);

#endif
