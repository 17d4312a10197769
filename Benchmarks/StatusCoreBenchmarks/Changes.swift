import BareTable
import BenchSupport
import Benchmark
import StatusCore

/// Bound updates of a thousand jobs whose records stay in the cache.
func addUpdates(_ size: Size) {
    Benchmark(
        "\(size.name) update, bound and warm",
        closure: { (benchmark: Benchmark, fixture: Fixture) in
            let progress = progress(of: benchmark)
            benchmark.startMeasurement()
            for place in fixture.warm {
                blackHole(
                    fixture.tables.table.advanceProgress(to: progress, of: place, from: Fixture.owner, at: Tables.now)
                )
            }
            benchmark.stopMeasurement()
        },
        setup: { Fixture.of(size) }
    )

    Benchmark(
        "\(size.name) bare C: update, warm",
        closure: { (benchmark: Benchmark, fixture: Fixture) in
            let progress = progress(of: benchmark)
            let count = UInt64(fixture.bareWarm.count)
            benchmark.startMeasurement()
            blackHole(
                BareTable_advanceAll(fixture.bareWarm, count, progress.value, UInt64(Tables.now.wall))
            )
            benchmark.stopMeasurement()
        },
        setup: { Fixture.of(size) }
    )
}

/// One basis point more in each iteration, until all is done: from there on an update brings no news.
private func progress(of benchmark: Benchmark) -> BasisPoints {
    BasisPoints(min(benchmark.currentIteration + 1, 10_000))!
}

/// Jobs that come, and jobs whose time ends: a thousand at once, so that the table keeps its size.
func addComingAndGoing(_ size: Size) {
    Benchmark(
        "\(size.name) insert",
        closure: { (benchmark: Benchmark, guests: Guests) in
            let submissions = guests.submissions(benchmark.scaledIterations.count)
            benchmark.startMeasurement()
            guests.insert(submissions)
            benchmark.stopMeasurement()
            guests.expire()
        },
        setup: { Guests(Fixture.of(size)) }
    )

    Benchmark(
        "\(size.name) expire",
        closure: { (benchmark: Benchmark, guests: Guests) in
            guests.insert(guests.submissions(benchmark.scaledIterations.count))
            benchmark.startMeasurement()
            guests.expire()
            benchmark.stopMeasurement()
        },
        setup: { Guests(Fixture.of(size)) }
    )

    Benchmark(
        "\(size.name) bare C: insert",
        closure: { (benchmark: Benchmark, guests: Guests) in
            let ids = guests.bareIDs(benchmark.scaledIterations.count)
            benchmark.startMeasurement()
            for id in ids { blackHole(BareTable_insert(guests.bare, id, UInt64(Tables.now.wall))) }
            benchmark.stopMeasurement()
            guests.remove(ids)
        },
        setup: { Guests(Fixture.of(size)) }
    )

    Benchmark(
        "\(size.name) bare C: remove",
        closure: { (benchmark: Benchmark, guests: Guests) in
            let ids = guests.bareIDs(benchmark.scaledIterations.count)
            for id in ids { _ = BareTable_insert(guests.bare, id, UInt64(Tables.now.wall)) }
            benchmark.startMeasurement()
            guests.remove(ids)
            benchmark.stopMeasurement()
        },
        setup: { Guests(Fixture.of(size)) }
    )
}
