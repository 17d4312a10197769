import BareTable
import BenchSupport
import Benchmark
import StatusCore

/// Lookups by id: a status check without its text.
func addLookups(_ size: Size) {
    let first = size.jobs
    addTask("\(size.name) read into a snapshot", size, from: 0) { table, ids in
        let snapshot = JobSnapshot()
        for id in ids { blackHole(table.read(id, at: Tables.now, into: snapshot)) }
    }
    addTask("\(size.name) find", size, from: 0) { table, ids in
        for id in ids { blackHole(table.find(id, at: Tables.now)) }
    }
    addTask("\(size.name) miss", size, from: first) { table, ids in
        for id in ids { blackHole(table.find(id, at: Tables.now)) }
    }
    addBare("\(size.name) bare C: read", size, from: 0) { table, ids in
        var copy = BareRecord()
        blackHole(BareTable_readAll(table, ids, UInt64(ids.count), &copy))
    }
    addBare("\(size.name) bare C: find", size, from: 0) { table, ids in
        blackHole(BareTable_findAll(table, ids, UInt64(ids.count)))
    }
    addBare("\(size.name) bare C: miss", size, from: first) { table, ids in
        blackHole(BareTable_findAll(table, ids, UInt64(ids.count)))
    }
}

/// A benchmark of the job table with ids of random jobs, whose numbers begin at `first`.
private func addTask(
    _ name: String,
    _ size: Size,
    from first: Int,
    _ body: @escaping @Sendable (JobTable, [TaskID]) -> Void
) {
    Benchmark(
        name,
        closure: { (benchmark: Benchmark, fixture: Fixture) in
            var choices = Choices(among: size.jobs, seed: benchmark.currentIteration + 1)
            let ids = benchmark.scaledIterations.map { _ in NumberedID.task(first + choices.next()) }
            benchmark.startMeasurement()
            body(fixture.tables.table, ids)
            benchmark.stopMeasurement()
        },
        setup: { Fixture.of(size) }
    )
}

/// The same of the bare table.
private func addBare(
    _ name: String,
    _ size: Size,
    from first: Int,
    _ body: @escaping @Sendable (OpaquePointer, [BareID]) -> Void
) {
    Benchmark(
        name,
        closure: { (benchmark: Benchmark, fixture: Fixture) in
            var choices = Choices(among: size.jobs, seed: benchmark.currentIteration + 1)
            let ids = benchmark.scaledIterations.map { _ in NumberedID.bare(first + choices.next()) }
            benchmark.startMeasurement()
            body(fixture.tables.bare, ids)
            benchmark.stopMeasurement()
        },
        setup: { Fixture.of(size) }
    )
}
