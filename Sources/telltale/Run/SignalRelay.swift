import Glibc

/// Where the signal handler writes; set before the handler is installed, and only read by it.
nonisolated(unsafe) private var wakePipe: CInt = -1

/// Makes signals that come to this process readable from a pipe, for one loop that polls it.
///
/// One at a time in a process. It also carries the wish of another thread to be heard: ``wake()``.
final class SignalRelay: Sendable {
    /// What came out of the pipe.
    enum Event: Equatable {
        /// `fromTerminal` is true for a signal of the kernel, such as the one for Ctrl-C, which the whole foreground
        /// process group gets.
        case signal(Int32, fromTerminal: Bool)
        /// ``wake()`` was called.
        case wake
    }

    /// Signals that are passed on to the command. The others stop, continue or resize: they are the terminal's affair.
    private static let forwarded = [SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGUSR1, SIGUSR2]

    /// The end to poll.
    let descriptor: CInt
    private let writeEnd: CInt

    /// Installs the handlers. A signal that is ignored stays ignored, here and in the command, as nohup(1) wants it.
    init() throws(CommandFailure) {
        (descriptor, writeEnd) = try Pipe.make()
        for end in [descriptor, writeEnd] { Descriptor.makeNonBlocking(end) }
        wakePipe = writeEnd
        for signal in Self.forwarded where !Self.isIgnored(signal) { Self.install(signal) }
        Self.install(SIGCHLD)
        // Whoever reads our output may go away; that is an error of write(2) here, and the command finds out itself.
        signal(SIGPIPE, SIG_IGN)
    }

    /// True when the parent had it ignored.
    static func isIgnored(_ signal: Int32) -> Bool {
        var action = sigaction()
        guard sigaction(signal, nil, &action) == 0 else { return false }
        return unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
    }

    /// Gives the signals back to the system: from now on they end this process.
    func restore() {
        for signal in Self.forwarded where !Self.isIgnored(signal) { Glibc.signal(signal, SIG_DFL) }
        Glibc.signal(SIGCHLD, SIG_DFL)
    }

    /// Makes ``descriptor`` readable. Any thread.
    func wake() {
        Self.send(0, false, to: writeEnd)
    }

    /// What has come since the last call.
    func events() -> [Event] {
        var buffer = [UInt8](repeating: 0, count: 512)
        let count = read(descriptor, &buffer, buffer.count)
        // Both bytes of an event are written at once, and the buffer's size is even.
        return stride(from: 0, to: max(count, 0) - 1, by: 2).map { index in
            buffer[index] == 0 ? .wake : .signal(Int32(buffer[index]), fromTerminal: buffer[index + 1] == 1)
        }
    }

    private static func install(_ signal: Int32) {
        var action = sigaction()
        action.sa_flags = SA_SIGINFO | SA_RESTART
        action.__sigaction_handler.sa_sigaction = relaySignal
        sigaction(signal, &action, nil)
    }

    fileprivate static func send(_ signal: UInt8, _ fromTerminal: Bool, to descriptor: CInt) {
        var event: (UInt8, UInt8) = (signal, fromTerminal ? 1 : 0)
        // A full pipe has enough to wake its reader.
        _ = write(descriptor, &event, 2)
    }
}

/// The signal handler. It calls write(2) only, which is safe in one (signal-safety(7)), and keeps errno.
private func relaySignal(_ signal: Int32, _ info: UnsafeMutablePointer<siginfo_t>?, _ context: UnsafeMutableRawPointer?)
{
    let saved = errno
    let fromTerminal = info.map { $0.pointee.si_code == Int32(SI_KERNEL) } ?? false
    SignalRelay.send(UInt8(truncatingIfNeeded: signal), fromTerminal, to: wakePipe)
    errno = saved
}
