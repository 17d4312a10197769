import Bytes
import LoadGenerator

/// What a measurement of status checks is to do.
struct StatusPlan: Sendable {
    var connections: Int
    var threads: Int
    /// Requests that may wait for their answers on one connection.
    var pipeline: Int
    /// Checks a second over all connections; nil asks as fast as answers come.
    var rate: Double?
    var seconds: Int
    var jobs: Int
    /// Connections beside those of the load that ask once and then stay open.
    var idle = 0

    func load(_ questions: [Question]) -> LoadPlan {
        LoadPlan(
            questions: questions,
            connections: connections,
            depth: pipeline,
            rate: rate,
            duration: seconds * 1_000_000_000
        )
    }

    /// Of one length for all jobs, so that only what a server changes makes one head differ from the next.
    func id(_ number: Int, of run: UInt32) -> String {
        "bench-" + Self.padded(String(run, radix: 16), to: 8) + "-" + Self.padded(String(number), to: 5)
    }

    /// The hundredths of a per cent that a job has come to: five characters as JSON, and different for most jobs.
    func progress(_ number: Int) -> Int {
        let distinct = number % 8_100
        // The last digit is never 0, which JSON would leave out.
        return 1_000 + distinct / 9 * 10 + distinct % 9 + 1
    }

    private static func padded(_ digits: String, to width: Int) -> String {
        String(repeating: "0", count: max(0, width - digits.count)) + digits
    }
}
