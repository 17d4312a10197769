import Synchronization

/// What one event loop has done since the server started.
///
/// Written by that loop alone, without a locked instruction; read from anywhere, where a value may be a moment old.
final class LoopCounters: Sendable {
    /// By the first digit of the status code, 1 to 5.
    private let answers = InlineCounters()
    private let http1 = Atomic<Int>(0)
    private let http2 = Atomic<Int>(0)
    private let streams = Atomic<Int>(0)
    private let items = Atomic<UInt64>(0)

    enum Gauge {
        case http1Connections, http2Connections, workerStreams
    }

    /// An answer with this status code has begun.
    func noteAnswer(_ status: Int) {
        answers.note(status / 100)
    }

    /// That many items of workers' streams (reports, bindings, ends) were acknowledged.
    func noteItems(_ count: UInt64) {
        items.store(items.load(ordering: .relaxed) &+ count, ordering: .relaxed)
    }

    /// One more, or with -1 one less, of `gauge`.
    func add(_ number: Int, to gauge: Gauge) {
        switch gauge {
        case .http1Connections: http1.store(http1.load(ordering: .relaxed) + number, ordering: .relaxed)
        case .http2Connections: http2.store(http2.load(ordering: .relaxed) + number, ordering: .relaxed)
        case .workerStreams: streams.store(streams.load(ordering: .relaxed) + number, ordering: .relaxed)
        }
    }

    /// Adds what the loop has counted to `sum`. Any thread.
    func add(to sum: inout Sum) {
        for digit in 1...5 { sum.answers[digit] += answers[digit] }
        sum.http1Connections += http1.load(ordering: .relaxed)
        sum.http2Connections += http2.load(ordering: .relaxed)
        sum.workerStreams += streams.load(ordering: .relaxed)
        sum.items += items.load(ordering: .relaxed)
    }

    /// What all event loops together have done.
    struct Sum {
        /// By the first digit of the status code.
        var answers = [UInt64](repeating: 0, count: 6)
        var http1Connections = 0
        var http2Connections = 0
        var workerStreams = 0
        var items: UInt64 = 0
    }
}

/// Five counters, numbered from 1; further ones are taken for the last.
private struct InlineCounters: ~Copyable, Sendable {
    private let first = Atomic<UInt64>(0)
    private let second = Atomic<UInt64>(0)
    private let third = Atomic<UInt64>(0)
    private let fourth = Atomic<UInt64>(0)
    private let fifth = Atomic<UInt64>(0)

    borrowing func note(_ number: Int) {
        switch number {
        case 1: first.store(first.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        case 2: second.store(second.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        case 3: third.store(third.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        case 4: fourth.store(fourth.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        default: fifth.store(fifth.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
        }
    }

    subscript(number: Int) -> UInt64 {
        switch number {
        case 1: first.load(ordering: .relaxed)
        case 2: second.load(ordering: .relaxed)
        case 3: third.load(ordering: .relaxed)
        case 4: fourth.load(ordering: .relaxed)
        default: fifth.load(ordering: .relaxed)
        }
    }
}

/// The counters of all event loops of one server. Any thread.
final class ServerCounters: Sendable {
    private let loops = Mutex<[LoopCounters]>([])

    /// Counters for one more event loop, which live as long as the server.
    func makeLoop() -> LoopCounters {
        let counters = LoopCounters()
        loops.withLock { $0.append(counters) }
        return counters
    }

    func sum() -> LoopCounters.Sum {
        var sum = LoopCounters.Sum()
        for counters in loops.withLock({ $0 }) { counters.add(to: &sum) }
        return sum
    }
}
