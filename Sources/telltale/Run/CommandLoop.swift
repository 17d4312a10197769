import Glibc
import Synchronization

/// Runs a started command to its end: passes its output through, its signals on, and a cancel.
///
/// One thread polls everything, so that what the command prints leaves in the order in which it came, and a signal is
/// passed on even while nobody takes the output.
final class CommandLoop: Sendable {
    /// Gets what the command prints, on the thread of ``run(_:_:)``, before it is passed through.
    typealias Listener = (_ bytes: UnsafeRawBufferPointer, _ stream: ProgressFinder.Stream) -> Void

    private let relay: SignalRelay
    private let output: CInt
    private let error: CInt
    private let isCancelled = Atomic(false)

    /// - Parameters:
    ///   - output: where the command's standard output is passed to.
    ///   - error: where its standard error is passed to.
    init(relay: SignalRelay, output: CInt = STDOUT_FILENO, error: CInt = STDERR_FILENO) {
        self.relay = relay
        self.output = output
        self.error = error
    }

    /// Ends the command: SIGTERM, after the grace period SIGKILL. Any thread.
    func cancel() {
        isCancelled.store(true, ordering: .releasing)
        relay.wake()
    }

    /// Returns when the command has ended and its output has been passed on. Blocks its thread.
    func run(_ child: ChildProcess, grace: Duration, _ listener: Listener) -> (end: CommandEnd, wasCancelled: Bool) {
        var child = child
        var supervision = Supervision(sharesTerminal: child.sharesGroup, grace: grace)
        var streams = [
            PassedStream(.output, from: child.output, to: output),
            PassedStream(.error, from: child.error, to: error),
        ]
        while true {
            let now = ContinuousClock.now
            if supervision.end == nil, let end = child.wait() { supervision.ended(end, at: now) }
            let stopsReading = supervision.stopsReading(at: now)
            for index in streams.indices where streams[index].isOpen {
                streams[index].move(listener, isLast: stopsReading)
                if !streams[index].isOpen { supervision.streamEnded() }
            }
            if supervision.isOver, let end = supervision.end { return (end, supervision.wasCancelled) }

            poll(for: streams, until: supervision.deadline)
            for event in relay.events() {
                guard case .signal(let signal, let fromTerminal) = event, signal != SIGCHLD else { continue }
                if let signal = supervision.received(signal, fromTerminal: fromTerminal) { child.send(signal) }
            }
            if isCancelled.load(ordering: .acquiring), let signal = supervision.cancelled(at: .now) {
                child.send(signal)
                // A stopped process takes SIGTERM only when it goes on.
                child.send(SIGCONT)
            }
            if let signal = supervision.timeReached(.now) { child.send(signal) }
        }
    }

    /// Waits until a stream can move, a signal came, somebody called, or it is `deadline`.
    private func poll(for streams: [PassedStream], until deadline: ContinuousClock.Instant?) {
        var descriptors = [pollfd(fd: relay.descriptor, events: Int16(POLLIN), revents: 0)]
        descriptors += streams.compactMap(\.interest)
        // Past the deadline only output that nobody takes is waited for.
        let pause = deadline.map { ContinuousClock.now.duration(to: $0) }.flatMap { $0 > .zero ? $0 : nil }
        let milliseconds = pause.map { min($0 / .milliseconds(1), 3_600_000).rounded(.up) } ?? -1
        // An error of poll, such as EINTR, is a reason to look again.
        _ = Glibc.poll(&descriptors, nfds_t(descriptors.count), CInt(milliseconds))
    }
}
