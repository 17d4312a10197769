import ArgumentParser
import BenchSupport
import Synchronization

/// One short critical section under each kind of lock.
@main
struct CompareLocks: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare locks around one short section.",
        discussion: """
            A section stores 16 bytes in one of 256 stripes, chosen at random, each with its lock in two cache lines \
            of its own. The threads are pinned, and all kinds take turns in slices. A time is that of one section on \
            one thread while all threads work, choosing the stripe included: the median of the slices, and their mean, \
            which shows what it costs when a thread is taken off its core, with a lock or while it waits for one.
            """
    )

    @Option(help: "Slices of each kind.")
    var slices = 1_001

    @Option(help: "Sections of a thread in a slice.")
    var sections = 20_000

    func validate() throws {
        guard slices > 0, slices <= 100_000 else { throw ValidationError("--slices takes a number from 1 to 100000") }
        guard sections > 0, sections <= 100_000_000 else {
            throw ValidationError("--sections takes a number from 1 to 100000000")
        }
    }

    func run() {
        print("ns a section; \(slices) slices of \(sections) sections a thread\n")
        print("        1 thread             2 threads")
        print(column("median"), column("mean"), column("median"), column("mean"))
        let alone = measure(threads: 1)
        let together = measure(threads: 2)
        for (index, kind) in Self.kinds.enumerated() {
            let figures = [alone[index].median, alone[index].mean, together[index].median, together[index].mean]
            print(figures.map { column($0) }.joined(separator: " "), " ", kind.name)
        }
    }

    private static let kinds: [(name: String, time: @Sendable (Stripes, Int, Int) -> Double)] = [
        (NoLock.name, { $0.time(NoLock.self, $1, $2) }),
        (NormalPthread.name, { $0.time(NormalPthread.self, $1, $2) }),
        (AdaptivePthread.name, { $0.time(AdaptivePthread.self, $1, $2) }),
        (SwiftMutex.name, { $0.time(SwiftMutex.self, $1, $2) }),
        (Futex.name, { $0.time(Futex.self, $1, $2) }),
        (Spin.name, { $0.time(Spin.self, $1, $2) }),
    ]

    /// The times of each kind, by slice.
    private func measure(threads: Int) -> [[Double]] {
        let stripes = [
            Stripes(NoLock.self), Stripes(NormalPthread.self), Stripes(AdaptivePthread.self), Stripes(SwiftMutex.self),
            Stripes(Futex.self), Stripes(Spin.self),
        ]
        let none = [[Double]](repeating: [Double](repeating: 0, count: slices), count: stripes.count)
        let sums = Mutex(none)
        let (slices, sections) = (slices, sections)
        withExtendedLifetime(stripes) {
            PinnedThreads.run(threads) { thread, meeting in
                for number in 0..<slices {
                    for turn in stripes.indices {
                        let kind = (turn + number) % stripes.count
                        meeting.wait()
                        let time = Self.kinds[kind].time(stripes[kind], sections, number * threads + thread + 1)
                        sums.withLock { $0[kind][number] += time / Double(threads) }
                    }
                }
            }
        }
        return sums.withLock { $0 }
    }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
}
