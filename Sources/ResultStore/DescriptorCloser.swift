internal import Glibc
internal import Synchronization

/// Closes descriptors on a thread of its own.
///
/// The last descriptor of a file without a name frees its blocks, for which the kernel may take as long as the file is
/// large; whoever lets go of a result last may be an event loop.
final class DescriptorCloser: Sendable {
    static let shared = DescriptorCloser()

    private struct State {
        var waiting: [Int32] = []
        var isRunning = false
    }

    private let state = Mutex(State())

    /// Closes `descriptor` soon.
    func close(_ descriptor: Int32) {
        let mustStart = state.withLock { state in
            state.waiting.append(descriptor)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        if mustStart { start() }
    }

    /// The thread lives for as long as there is something to close.
    private func start() {
        var thread = pthread_t()
        let isStarted = pthread_create(&thread, nil, closeAll, nil) == 0
        if isStarted {
            pthread_detach(thread)
        } else {
            run()
        }
    }

    /// Closes what is waiting, until nothing is.
    fileprivate func run() {
        while true {
            let due = state.withLock { state in
                defer { state.waiting = [] }
                if state.waiting.isEmpty { state.isRunning = false }
                return state.waiting
            }
            if due.isEmpty { return }
            for descriptor in due { _ = Glibc.close(descriptor) }
        }
    }
}

private func closeAll(_ argument: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    DescriptorCloser.shared.run()
    return nil
}
