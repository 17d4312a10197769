import Synchronization
import Testing

@testable import StatusCore

@Suite("Batches of progress")
struct BatchTests {
    private let now = Instant(wall: 1_800_000_000_000, monotonic: 1_000)

    private func makeTable(stripes: Int) -> JobTable {
        var configuration = JobTable.Configuration()
        configuration.stripes = stripes
        configuration.maximumBytes = 256 << 20
        return JobTable(configuration: configuration)
    }

    /// Makes and starts jobs of `prefix`, bound to `owner` under the handles from 0 on.
    private func bind(_ count: Int, _ prefix: String, in table: JobTable, owner: OwnerID) throws -> [JobReference] {
        try (0..<count).map { number in
            let outcome = table.bind(
                named("\(prefix)-\(number)"),
                attempt: 0,
                creating: Submission(id: named("\(prefix)-\(number)")),
                sharing: false,
                owner: owner,
                handle: Handle(UInt32(number)),
                at: now
            )
            guard case .bound(let reference, _, _) = outcome else { throw Unexpected() }
            #expect(table.apply(.start(attempt: 0), to: reference, from: owner, at: now).refusal == nil)
            return reference
        }
    }

    private struct Unexpected: Error {}

    @Test(
        "Exceptions come in the order of the batch, whatever their stripes",
        arguments: [(1, 2_000), (4, 20), (4, 2_000), (256, 127), (256, 128), (1_024, 2_000), (8_192, 2_000)],
        [true, false]
    )
    func exceptions(_ sizes: (stripes: Int, items: Int), _ hasUnbound: Bool) throws {
        let count = sizes.items
        let table = makeTable(stripes: sizes.stripes)
        let owner = OwnerID(1)
        let references = try bind(count, "job", in: table, owner: owner)
        var handles = HandleTable()
        // Every fifth handle is not bound, where any is not, and every seventh job has ended.
        func isUnbound(_ number: Int) -> Bool { hasUnbound && number % 5 == 0 }
        for number in 0..<count where !isUnbound(number) {
            handles.bind(UInt32(number), to: references[number], attempt: 1)
        }
        for number in stride(from: 0, to: count, by: 7) {
            _ = table.apply(.complete(attempt: 0), to: references[number], from: owner, at: now)
        }
        let names = (0..<UInt32(count)).map { $0 }
        let values = [UInt16](repeating: 77, count: count)
        let exceptions = names.withUnsafeBufferPointer { names in
            values.withUnsafeBufferPointer { values in
                table.advanceProgress(of: names, to: values, in: &handles, from: owner, at: now)
            }
        }
        #expect(exceptions.map(\.index) == (0..<count).filter { isUnbound($0) || $0 % 7 == 0 })
        for exception in exceptions {
            #expect(exception.outcome?.refusal == (isUnbound(exception.index) ? nil : .alreadyFinished))
        }
        let snapshot = JobSnapshot()
        for number in 0..<count where !isUnbound(number) && number % 7 != 0 {
            #expect(table.read(references[number], at: now, into: snapshot))
            #expect(snapshot.progress.value == 77)
        }
    }

    @Test("A handle beyond all that were ever bound is refused, and the others of its batch are applied")
    func beyond() throws {
        let table = makeTable(stripes: 4)
        let owner = OwnerID(1)
        let reference = try bind(1, "job", in: table, owner: owner)[0]
        var handles = HandleTable()
        handles.bind(0, to: reference, attempt: 1)
        var names = [UInt32](repeating: 0, count: 200)
        names[150] = .max
        let exceptions = names.withUnsafeBufferPointer { names in
            (1...200).map { UInt16($0) }.withUnsafeBufferPointer { values in
                table.advanceProgress(of: names, to: values, in: &handles, from: owner, at: now)
            }
        }
        #expect(exceptions.map(\.index) == [150])
        #expect(exceptions.first?.outcome == nil)
        let snapshot = JobSnapshot()
        #expect(table.read(reference, at: now, into: snapshot))
        #expect(snapshot.progress.value == 200)
    }

    @Test("A job that goes to its next attempt in the middle of a batch takes the reports of the older one no more")
    func attempts() throws {
        let table = makeTable(stripes: 4)
        let owner = OwnerID(1)
        let references = try bind(2, "job", in: table, owner: owner)
        #expect(table.apply(.retry(attempt: 2), to: references[0], from: owner, at: now).refusal == nil)
        #expect(table.apply(.start(attempt: 2), to: references[0], from: owner, at: now).refusal == nil)
        var handles = HandleTable()
        for number in 0..<2 { handles.bind(UInt32(number), to: references[number], attempt: 1) }
        let names = (0..<UInt32(300)).map { $0 % 2 }
        let values = [UInt16](repeating: 500, count: 300)
        let exceptions = names.withUnsafeBufferPointer { names in
            values.withUnsafeBufferPointer { values in
                table.advanceProgress(of: names, to: values, in: &handles, from: owner, at: now)
            }
        }
        #expect(exceptions.map(\.index) == (0..<300).filter { $0 % 2 == 0 })
        #expect(exceptions.allSatisfy { $0.outcome?.refusal == .attemptIsOver })
        let snapshot = JobSnapshot()
        #expect(table.read(references[0], at: now, into: snapshot))
        #expect(snapshot.progress == .zero)
        #expect(table.read(references[1], at: now, into: snapshot))
        #expect(snapshot.progress.value == 500)
    }

    @Test("Of several reports of one job in a batch the highest counts, and each that is higher is a version")
    func repetitions() throws {
        let table = makeTable(stripes: 4)
        let owner = OwnerID(1)
        let references = try bind(2, "job", in: table, owner: owner)
        var handles = HandleTable()
        for number in 0..<2 { handles.bind(UInt32(number), to: references[number], attempt: 1) }
        let snapshot = JobSnapshot()
        #expect(table.read(references[0], at: now, into: snapshot))
        let first = snapshot.version
        let values: [UInt16] = (0..<600).map { UInt16($0 % 300 + 1) }
        let names = [UInt32](repeating: 0, count: values.count)
        names.withUnsafeBufferPointer { names in
            values.withUnsafeBufferPointer { values in
                #expect(table.advanceProgress(of: names, to: values, in: &handles, from: owner, at: now).isEmpty)
            }
        }
        #expect(table.read(references[0], at: now, into: snapshot))
        #expect(snapshot.progress.value == 300)
        #expect(snapshot.version == first + 300)
        #expect(table.read(references[1], at: now, into: snapshot))
        #expect(snapshot.progress == .zero)
    }

    @Test("Readers see whole records while streams apply batches in the same stripes, and jobs change hands")
    func readers() throws {
        let table = makeTable(stripes: 2)
        let count = 200
        let now = now
        let owned = try (0..<2).map { try bind(count, "of-\($0)", in: table, owner: OwnerID(UInt32($0) + 1)) }
        let snapshot = JobSnapshot()
        #expect(table.read(owned[0][0], at: now, into: snapshot))
        let first = snapshot.version
        let left = Atomic(2)
        runThreads(4) { thread in
            if thread < 2 {
                var handles = HandleTable()
                for number in 0..<count { handles.bind(UInt32(number), to: owned[thread][number], attempt: 1) }
                // The other stream's jobs, which this one may not touch.
                for number in 0..<count {
                    handles.bind(UInt32(count + number), to: owned[1 - thread][number], attempt: 1)
                }
                let names = (0..<UInt32(2 * count)).map { $0 }
                for progress in UInt16(1)...400 {
                    let values = [UInt16](repeating: progress, count: names.count)
                    let passed = Int64(progress)
                    let later = Instant(wall: now.wall + passed, monotonic: now.monotonic + passed * 9)
                    let refused = names.withUnsafeBufferPointer { names in
                        values.withUnsafeBufferPointer { values in
                            table.advanceProgress(
                                of: names,
                                to: values,
                                in: &handles,
                                from: OwnerID(UInt32(thread) + 1),
                                at: later
                            )
                        }
                    }
                    precondition(refused.count == count, "\(refused.count) refused")
                    precondition(refused.allSatisfy { $0.outcome?.refusal == .boundElsewhere }, "\(refused[0])")
                }
                left.subtract(1, ordering: .releasing)
                return
            }
            let snapshot = JobSnapshot()
            var number = thread
            while left.load(ordering: .acquiring) > 0 {
                number = (number &* 5 &+ 1) % (2 * count)
                let reference = owned[number / count][number % count]
                precondition(table.read(reference, at: now, into: snapshot), "lost")
                precondition(snapshot.version == first + UInt64(snapshot.progress.value), "of two moments")
            }
        }
        for reference in owned.joined() {
            #expect(table.read(reference, at: now, into: snapshot))
            #expect(snapshot.progress.value == 400)
        }
    }
}
