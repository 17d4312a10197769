import BareTable
import BenchSupport
import Benchmark
import Glibc
import StatusCore

/// The job table, and beside it a bare C table as the ceiling, at 10 thousand, 1 million and 10 million jobs.
///
///     swift package -c release benchmark --target StatusCoreBenchmarks
///     swift package -c release benchmark --target StatusCoreBenchmarks --filter '1M .*'
///     TELLTALE_BENCH_LARGE=1 swift package -c release benchmark --target StatusCoreBenchmarks --filter '10M .*'
///
/// 10 million jobs are there only when `TELLTALE_BENCH_LARGE` is set: both tables take about 3.5 GB, and half a minute
/// to be made. A process makes each table once, before the clock runs; the tool starts one for each benchmark.
///
/// All jobs are chosen at random, the same ones on both sides. Each iteration does a thousand operations whose ids
/// were made before; times and throughput are of one operation. There are fewer iterations than basis points, so that
/// every update brings news.
let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .throughput],
        warmupIterations: 20,
        scalingFactor: .kilo,
        maxDuration: .seconds(3),
        maxIterations: 9_000
    )
    var sizes = [Size(name: "10k", jobs: 10_000), Size(name: "1M", jobs: 1_000_000)]
    if getenv("TELLTALE_BENCH_LARGE") != nil { sizes.append(Size(name: "10M", jobs: 10_000_000)) }
    for size in sizes {
        addLookups(size)
        addUpdates(size)
        addComingAndGoing(size)
    }
}

/// A number of jobs.
struct Size: Sendable {
    let name: String
    let jobs: Int
}
