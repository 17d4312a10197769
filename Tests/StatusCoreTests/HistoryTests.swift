import Testing

@testable import StatusCore

/// What becomes of jobs, as their histories tell it.
@Suite("History")
struct HistoryTests {
    private let bench = Bench { $0.stripes = 1 }
    private let id = named("job")

    /// The history as text, one word for each step: kind, attempt, progress in percent, seconds since the begin, cause.
    private func history(of bench: Bench, _ id: TaskID) -> [String] {
        guard let history = bench.table.history(of: id, at: bench.now).1 else { return ["none"] }
        return history.transitions.map { step in
            let seconds = (step.time - 1_800_000_000_000) / 1_000
            return "\(step.kind) \(step.attempt) \(step.progress.value / 100)% \(seconds)s \(step.cause)"
        }
    }

    private var bytes: Int { bench.table.withStripe(0) { $0.histories.bytes } }

    @Test("The life of most jobs is in their records, and costs nothing more")
    func plain() {
        bench.submit(id)
        #expect(history(of: bench, id) == ["queued 1 0% 0s submission"])
        bench.pass(seconds: 1)
        bench.report(2_500, to: id)
        bench.pass(seconds: 1)
        bench.report(5_000, to: id)
        bench.pass(seconds: 1)
        bench.apply(.complete(attempt: 0), to: id)
        #expect(
            history(of: bench, id) == [
                "queued 1 0% 0s submission", "processing 1 0% 1s report", "completed 1 100% 3s report",
            ]
        )
        #expect(bytes == 0)
    }

    @Test("Earlier attempts are kept")
    func retries() {
        bench.submit(id)
        bench.pass(seconds: 1)
        bench.report(2_500, to: id)
        bench.pass(seconds: 1)
        bench.apply(.retry(attempt: 0), to: id)
        bench.pass(seconds: 1)
        bench.apply(.update(JobUpdate(attempt: 4, progress: BasisPoints(1_000))), to: id)
        bench.pass(seconds: 1)
        bench.fail(id)
        #expect(
            history(of: bench, id) == [
                "queued 1 0% 0s submission", "processing 1 0% 1s report", "queued 2 0% 2s retry",
                "queued 4 0% 3s retry", "processing 4 0% 3s report", "failed 4 10% 4s report",
            ]
        )
    }

    @Test("A job that a newer attempt takes over before it began")
    func takenOver() {
        bench.submit(id)
        bench.pass(seconds: 1)
        #expect(bench.bind(id, attempt: 3) != nil)
        #expect(history(of: bench, id) == ["queued 1 0% 0s submission", "queued 3 0% 1s retry"])
    }

    @Test("Stalls, and what ended them")
    func stalls() {
        bench.submit(id) { $0.stall = 10 }
        bench.report(100, to: id)
        bench.pass(seconds: 10)
        bench.pass(seconds: 5)
        bench.apply(.update(JobUpdate()), to: id)
        bench.pass(seconds: 10)
        _ = bench.table.cancel(id, reason: nil, at: bench.now)
        #expect(
            history(of: bench, id) == [
                "queued 1 0% 0s submission", "processing 1 0% 0s report", "stalled 1 1% 10s silence",
                "resumed 1 1% 15s report", "stalled 1 1% 25s silence", "cancelled 1 1% 25s cancellation",
            ]
        )
    }

    @Test("A job that failed of silence says so", arguments: [JobTable.Publication.atOnce, .byCommitter])
    func silentEnd(publication: JobTable.Publication) {
        let bench = Bench { $0.publication = publication }
        guard let reference = bench.submit(id, { ($0.stall, $0.stallPolicy) = (10, .fail) }) else { return }
        bench.report(100, to: id)
        bench.pass(seconds: 10)
        let begin = ["queued 1 0% 0s submission", "processing 1 0% 0s report"]
        if publication == .byCommitter {
            #expect(history(of: bench, id) == begin)
            bench.pass(seconds: 3)
            #expect(bench.table.publish(reference, at: bench.now))
        }
        #expect(history(of: bench, id) == begin + ["failed 1 1% 10s silence"])
    }

    @Test("What was removed keeps the truth")
    func removal() {
        bench.submit(id)
        bench.report(100, to: id)
        bench.apply(.complete(attempt: 0), to: id)
        bench.pass(seconds: 7)
        for _ in 0..<2 { _ = bench.table.delete(id, at: bench.now) }
        #expect(
            history(of: bench, id) == [
                "queued 1 0% 0s submission", "processing 1 0% 0s report", "completed 1 100% 0s report",
                "removed 1 100% 7s deletion",
            ]
        )
    }

    @Test("The last 64 steps are told, and how many came before them")
    func bound() {
        bench.submit(id)
        for _ in 0..<100 {
            bench.report(100, to: id)
            bench.apply(.retry(attempt: 0), to: id)
        }
        bench.report(100, to: id)
        bench.fail(id)
        let history = bench.table.history(of: id, at: bench.now).1
        #expect(history?.transitions.count == 64)
        // One at first, two for each retry, and two at the end.
        #expect(history?.omitted == 1 + 200 + 2 - 64)
        #expect(history?.transitions.last?.kind == .failed)
        #expect(history?.transitions.last?.attempt == 101)
        #expect(bytes > 0 && bytes < 4_096)
    }

    @Test("All histories together stay within their memory, and go with their jobs")
    func total() {
        let limit = Limits.historyBytes / 256
        let table = bench.table
        let count = 2_000
        var list = HistoryList(limit: limit)
        var record = JobRecord()
        record.startedAt = WallTime(1)
        var next = record
        next.attempt = 2
        for slot in 0..<count { list.note(Slot(UInt32(slot)), from: record, to: next) }
        #expect(list.bytes <= limit)
        #expect(list.bytes > limit - 1_000)
        // One that is there goes on, at the cost of what it told first.
        record = next
        next.attempt = 3
        list.note(Slot(0), from: record, to: next)
        #expect(list.bytes <= limit)
        let first = list.history(Slot(0), of: next)
        #expect(first.transitions.contains { $0.attempt == 3 && $0.kind == .queued })
        #expect(first.omitted > 0)
        for slot in 0..<count { list.remove(Slot(UInt32(slot))) }
        #expect(list.bytes == 0)

        bench.submit(id)
        bench.report(1, to: id)
        bench.apply(.retry(attempt: 0), to: id)
        #expect(bytes > 0)
        bench.pass(seconds: 86_400)
        #expect(table.history(of: id, at: bench.now).1 == nil)
        #expect(bytes == 0)
    }
}
