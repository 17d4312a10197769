import ArgumentParser
import BareTable
import BenchSupport
import StatusCore
import Synchronization

/// Lookups in the job table against lookups in a bare C table with records of 64 bytes on huge pages.
@main
struct CompareTables: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare lookups in the job table with lookups in a bare C table.",
        discussion: """
            Both tables hold the same jobs, with ids of 13 characters. The threads, each pinned to a core, take turns \
            with all four kinds of lookup in slices, so that what disturbs the machine disturbs all kinds alike. Ids \
            are made before the clock runs. A time is that of one lookup on one thread while all threads work, the \
            median of the slices; a ratio is the median of the ratios within a slice.
            """
    )

    @Option(help: "Jobs in each table; 10000000 take about 3.5 GB for both.")
    var jobs = 1_000_000

    @Option(help: "Threads that look up at the same time.")
    var threads = 2

    @Option(help: "Slices of each kind: many short ones, so that the median passes over those that were disturbed.")
    var slices = 2_001

    @Option(help: "Lookups of a thread in a slice.")
    var lookups = 2_048

    @Flag(help: "Print one JSON object, on one line.")
    var json = false

    func validate() throws {
        guard jobs > 0, jobs <= 100_000_000 else { throw ValidationError("--jobs takes a number from 1 to 100000000") }
        guard threads > 0, threads <= 256 else { throw ValidationError("--threads takes a number from 1 to 256") }
        guard slices > 0, slices <= 100_000 else { throw ValidationError("--slices takes a number from 1 to 100000") }
        guard lookups >= Slice.block, lookups <= 100_000_000 else {
            throw ValidationError("--lookups takes a number from \(Slice.block) to 100000000")
        }
    }

    func run() {
        let times = measure()
        let kinds = Slice.Kind.allCases
        let medians = kinds.map { times[$0.rawValue].median }
        let ratios = Slice.ratios.map { over, under in
            zip(times[over.rawValue], times[under.rawValue]).map { $0 / $1 }.median
        }
        if json {
            var members = ["\"jobs\":\(jobs)", "\"threads\":\(threads)", "\"slices\":\(slices)"]
            members += zip(kinds, medians).map { "\"\($0.key)\":\(rounded($1))" }
            members += zip(Slice.ratios, ratios).map { "\"\($0.over.key)Over\($0.under.title)\":\(rounded($1))" }
            print("{" + members.joined(separator: ",") + "}")
            return
        }
        print("\(jobs) jobs, threads: \(threads), \(slices) slices of \(lookups) lookups a thread; ns a lookup\n")
        for (kind, median) in zip(kinds, medians) {
            let all = times[kind.rawValue].sorted()
            let middle = "\(rounded(all[all.count / 4])) to \(rounded(all[all.count * 3 / 4]))"
            print(column(median), " ", kind.meaning, "(half of the slices: \(middle))")
        }
        print()
        for (pair, ratio) in zip(Slice.ratios, ratios) {
            print(column("\(rounded(ratio))"), " ", pair.over.name, "/", pair.under.name)
        }
    }

    /// Nanoseconds a lookup, by kind and slice.
    private func measure() -> [[Double]] {
        let tables = Tables(jobs: jobs)
        let kinds = Slice.Kind.allCases
        let none = [[Double]](repeating: [Double](repeating: 0, count: slices), count: kinds.count)
        let sums = Sums(none)
        let (jobs, threads, slices, lookups) = (jobs, threads, slices, lookups)
        PinnedThreads.run(threads) { thread, meeting in
            var slice = Slice(tables)
            var mine = none
            for number in 0..<slices {
                for turn in kinds.indices {
                    // Each kind comes first in its turn.
                    let kind = kinds[(turn + number) % kinds.count]
                    let seed = ((number * 2 + kind.rawValue % 2) * threads + thread) + 1
                    meeting.wait()
                    mine[kind.rawValue][number] = slice.time(kind, lookups, Choices(among: jobs, seed: seed))
                }
            }
            sums.add(mine, dividedBy: Double(threads))
        }
        return sums.values.withLock { $0 }
    }
}

/// The mean over the threads.
private final class Sums: Sendable {
    let values: Mutex<[[Double]]>

    init(_ values: [[Double]]) {
        self.values = Mutex(values)
    }

    func add(_ other: [[Double]], dividedBy count: Double) {
        values.withLock { values in
            for kind in other.indices {
                for slice in other[kind].indices { values[kind][slice] += other[kind][slice] / count }
            }
        }
    }
}

private func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }
