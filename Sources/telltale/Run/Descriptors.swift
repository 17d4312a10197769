import Glibc

/// Small things about file descriptors.
enum Descriptor {
    /// Occupies those of descriptors 0 to 2 that were closed when we were started, before anything else is opened:
    /// what is opened next would get their numbers, and be written to and read from as a standard stream.
    ///
    /// They are opened the wrong way round, so that using them fails as it does for one that is closed.
    static func occupyStandardStreams() {
        for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
            // The lowest free number is this one.
            _ = open("/dev/null", descriptor == STDIN_FILENO ? O_WRONLY : O_RDONLY)
        }
    }

    static func makeNonBlocking(_ descriptor: CInt) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
    }

    static func isRegularFile(_ descriptor: CInt) -> Bool {
        var information = stat()
        return fstat(descriptor, &information) == 0 && information.st_mode & S_IFMT == S_IFREG
    }
}

enum Pipe {
    /// A pipe that programs started from here do not inherit.
    static func make() throws(CommandFailure) -> (read: CInt, write: CInt) {
        var ends: [CInt] = [-1, -1]
        guard pipe(&ends) == 0 else {
            throw CommandFailure("cannot make a pipe: \(SystemError.text(errno))", status: .runFailed)
        }
        for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
        return (ends[0], ends[1])
    }
}
