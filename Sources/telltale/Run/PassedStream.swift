import Glibc

/// One output stream of a command on its way through: read, shown to a listener, written to our own.
///
/// It is read only when all that was read before has been written, so that the command waits for its reader as it
/// would without us.
struct PassedStream {
    let stream: ProgressFinder.Stream
    /// False once it has ended, or nobody reads it any more.
    private(set) var isOpen = true
    private let source: CInt
    private let destination: CInt
    /// Takes any number of bytes without making us wait.
    private let isFile: Bool
    private var pending: [UInt8] = []
    private var written = 0

    /// `source` belongs to the stream from now on, which closes it.
    init(_ stream: ProgressFinder.Stream, from source: CInt, to destination: CInt) {
        self.stream = stream
        self.source = source
        self.destination = destination
        isFile = Descriptor.isRegularFile(destination)
        Descriptor.makeNonBlocking(source)
    }

    /// What to poll for before the next ``move(_:isLast:)``; nil when the stream is over.
    var interest: pollfd? {
        guard isOpen else { return nil }
        return pending.isEmpty
            ? pollfd(fd: source, events: Int16(POLLIN), revents: 0)
            : pollfd(fd: destination, events: Int16(POLLOUT), revents: 0)
    }

    /// Moves what can be moved without waiting. With `isLast` the stream ends when nothing is left to read: whatever
    /// the pipe holds is read once, and what comes later is not.
    mutating func move(_ listener: CommandLoop.Listener, isLast: Bool) {
        flush()
        guard isOpen, pending.isEmpty else { return }
        let count = fill()
        if count > 0 {
            pending.withUnsafeBytes { listener($0, stream) }
            flush()
        } else if count == 0 || isLast || errno != EAGAIN && errno != EINTR {
            end()
        }
        if isLast, isOpen, pending.isEmpty { end() }
    }

    private mutating func fill() -> Int {
        var count = 0
        pending = [UInt8](unsafeUninitializedCapacity: RunLimits.readBytes) { buffer, done in
            count = read(source, buffer.baseAddress, buffer.count)
            done = max(count, 0)
        }
        written = 0
        return count
    }

    /// Writes while there is room. When the reader has gone away the source is closed, so that the command meets the
    /// same broken pipe that it would meet without us.
    private mutating func flush() {
        while written < pending.count {
            var ready = pollfd(fd: destination, events: Int16(POLLOUT), revents: 0)
            guard isFile || poll(&ready, 1, 0) > 0 else { return }
            let length = isFile ? pending.count - written : min(pending.count - written, RunLimits.writeBytes)
            let count = pending.withUnsafeBytes { write(destination, $0.baseAddress! + written, length) }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                return
            } else if errno == EBADF {
                // It was closed when we were started: nothing to pass through to.
                written = pending.count
            } else if errno != EINTR {
                if errno != EPIPE { Console.warn("cannot pass output on: \(SystemError.text(errno))") }
                return end()
            }
        }
        pending.removeAll()
    }

    private mutating func end() {
        pending.removeAll()
        isOpen = false
        close(source)
    }
}
