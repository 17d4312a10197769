@testable import StatusCore

extension Instant {
    /// The moment `milliseconds` later.
    func after(_ milliseconds: Int) -> Instant {
        Instant(wall: wall + Int64(milliseconds), monotonic: monotonic + Int64(milliseconds))
    }
}

/// Words of job `which`: as many as nobody else has, each the same letter.
func words(of which: Int) -> [UInt8] {
    [UInt8](repeating: 0x41 + UInt8(which % 26), count: 1 + which * 37)
}

/// Writes round `round` to a job: units, a step and a note that all tell the round and the job.
func write(_ round: Int, to which: Int, _ ids: [TaskID], in table: JobTable, at now: Instant) {
    // From nothing to eighteen cells, so that cells go from job to job all the time.
    let length = [0, 1, 55, 61, 130, 400, 1_000][round % 7]
    let letter = String(UnicodeScalar(0x61 + UInt8(round % 26)))
    Text.with("\(round) \(which) " + String(repeating: letter, count: length)) { note in
        Text.with(String(repeating: letter, count: (round * 31) % 250)) { name in
            let update = JobUpdate(
                units: Units(done: UInt64(round), total: 1_000_000),
                step: StepUpdate(index: UInt32(round), total: UInt32(which), name: name),
                note: note
            )
            precondition(table.apply(.update(update), to: ids[which], at: now).1.refusal == nil)
        }
    }
}

/// Traps unless all of a snapshot is of one round of ``write(_:to:_:in:at:)`` to the job `which`.
func check(_ snapshot: JobSnapshot, is which: Int, _ id: TaskID) {
    precondition(snapshot.id == id && snapshot.string(.type) == "\(id)", "\(snapshot.id), not \(id)")
    guard let units = snapshot.units else {
        precondition(snapshot.step == nil && snapshot.string(.note) == nil, "half a report")
        return
    }
    let round = Int(units.done)
    let letter = UnicodeScalar(0x61 + UInt8(round % 26))
    let length = [0, 1, 55, 61, 130, 400, 1_000][round % 7]
    let note = "\(round) \(which) " + String(repeating: String(letter), count: length)
    precondition(snapshot.string(.note) == note, "a note of another moment than round \(round) of \(which)")
    let step = snapshot.step
    precondition(step?.index == UInt32(round) && step?.total == UInt32(which), "a step of another moment")
    let name = String(repeating: String(letter), count: (round * 31) % 250)
    precondition(snapshot.string(.stepName) ?? "" == name, "a step's name of another moment than round \(round)")
}

extension JobSnapshot {
    /// A text; under another name than the one inside of the table, which tests that look inside see too.
    func string(_ field: TextField) -> String? {
        withText(field) { String(decoding: $0, as: UTF8.self) }
    }

    /// True when a text is made of these bytes.
    func holds(_ bytes: [UInt8], in field: TextField) -> Bool {
        withText(field) { $0.elementsEqual(bytes) } ?? bytes.isEmpty
    }
}

/// The last references of jobs, handed from thread to thread under locks that ThreadSanitizer sees.
final class SharedReferences: Sendable {
    private let all: StripeArray<JobReference?>

    init(count: Int) { all = StripeArray(count: count) { _ in nil } }

    subscript(index: Int) -> JobReference? {
        get { all.withLock(index) { $0 } }
        set { all.withLock(index) { $0 = newValue } }
    }
}
