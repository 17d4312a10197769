import Glibc
import StatusCore
import Testing

/// A table and a clock that moves when it is told to.
final class Bench {
    let table: JobTable
    var now = Instant(wall: 1_800_000_000_000, monotonic: 5_000_000)
    let snapshot = JobSnapshot()
    /// What time has brought about so far.
    var events: [TimerEvent] = []

    init(_ adjust: (inout JobTable.Configuration) -> Void = { _ in }) {
        var configuration = JobTable.Configuration()
        configuration.stripes = 4
        adjust(&configuration)
        table = JobTable(configuration: configuration)
    }

    /// Lets time pass, and the table notice.
    func pass(milliseconds: Int64) {
        now.wall += milliseconds
        now.monotonic += milliseconds
        table.advance(to: now, limit: .max) { events.append($0) }
    }

    func pass(seconds: Int64) { pass(milliseconds: seconds * 1_000) }

    /// Submits a job that must not exist yet.
    @discardableResult
    func submit(_ id: TaskID, _ adjust: (inout Submission) -> Void = { _ in }) -> JobReference? {
        var submission = Submission(id: id)
        adjust(&submission)
        guard case .created(let reference) = table.submit(submission, at: now) else {
            Issue.record("\(id) was not created")
            return nil
        }
        return reference
    }

    /// Binds a job that must be live.
    func bind(_ id: TaskID, attempt: UInt32 = 0, owner: UInt32 = 1, handle: UInt32 = 1, sharing: Bool = false)
        -> JobReference?
    {
        let outcome = table.bind(
            id,
            attempt: attempt,
            creating: nil,
            sharing: sharing,
            owner: OwnerID(owner),
            handle: Handle(handle),
            at: now
        )
        guard case .bound(let reference, _, _) = outcome else {
            Issue.record("\(id) was not bound: \(outcome)")
            return nil
        }
        return reference
    }

    @discardableResult
    func apply(_ event: JobEvent, to id: TaskID) -> ApplyOutcome {
        table.apply(event, to: id, at: now).1
    }

    @discardableResult
    func report(_ progress: Int, to id: TaskID) -> ApplyOutcome {
        apply(.update(JobUpdate(progress: BasisPoints(progress))), to: id)
    }

    @discardableResult
    func fail(_ id: TaskID, attempt: UInt32 = 0, _ text: String = "broken", code: String? = nil) -> ApplyOutcome {
        Text.with(text) { text in
            Text.with(code) { (code: Text?) in
                apply(.fail(attempt: attempt, Failure(code: code, text: text, isRetryable: true)), to: id)
            }
        }
    }

    /// A fresh look at a job, which must be there.
    func read(_ id: TaskID) -> JobSnapshot {
        guard case .found = table.read(id, at: now, into: snapshot) else {
            Issue.record("\(id) is not there")
            return snapshot
        }
        return snapshot
    }

    func list(_ filter: ListFilter = ListFilter(), limit: Int = 1_000) -> [String] {
        var ids: [String] = []
        var cursor: ListCursor?
        repeat {
            cursor = table.list(filter, after: cursor, limit: limit, at: now) { ids.append($0.id.description) }
        } while cursor != nil
        return ids
    }
}

extension JobSnapshot {
    func text(_ field: TextField) -> String? {
        withText(field) { String(decoding: $0, as: UTF8.self) }
    }

    var labels: [Label] {
        var labels: [Label] = []
        forEachLabel { key, value in
            labels.append(
                Label(key: String(decoding: key, as: UTF8.self), value: String(decoding: value, as: UTF8.self))
            )
        }
        return labels
    }
}

/// The task id that `text` spells; it must be one.
func named(_ text: String) -> TaskID { TaskID(text)! }

/// SplitMix64 (Steele, Lea and Flood, 2014): small, and the same on every run for a seed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}

/// The seeds that property tests run with: fixed ones, and one more that `TELLTALE_TEST_SEED` may name.
let seeds: [UInt64] = [1, 2, 3, 4] + (testEnvironment("TELLTALE_TEST_SEED").flatMap { UInt64($0) }.map { [$0] } ?? [])

private func testEnvironment(_ name: String) -> String? {
    getenv(name).map { String(cString: $0) }
}
