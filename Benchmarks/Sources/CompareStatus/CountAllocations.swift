import ArgumentParser
import Glibc

/// How often a status check takes memory from the heap, once its connection is warm: never.
struct CountAllocations: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocations",
        abstract: "Count the allocations of status checks on a warm connection; exit 1 when there are any.",
        discussion: """
            The server's own timers go on meanwhile and allocate by the clock. A run is therefore so short that many of \
            them fall between two ticks on a slow machine too, and the one with the fewest counts.
            """
    )

    /// Checks before counting: buffers have grown to their size by then.
    private static let warmUp = 2_000
    private static let checks = 64
    private static let runs = 500

    func run() throws {
        let server = try Contender.telltale()
        defer { server.stop() }
        try server.makeJob()
        let length = try server.statusAnswer().count
        let descriptor = try server.connection()
        defer { close(descriptor) }
        var excess: [String] = []
        for depth in [1, 16] {
            try check(Self.warmUp, depth, descriptor, length)
            var fewest = UInt64.max
            for _ in 0..<Self.runs {
                let before = server.allocations ?? 0
                try check(Self.checks, depth, descriptor, length)
                fewest = min(fewest, (server.allocations ?? 0) - before)
            }
            let each = Double(fewest) / Double(Self.checks)
            let line = "\(each) allocations a status check, \(depth) pipelined"
            print(line)
            if fewest > 0 { excess.append(line) }
        }
        guard excess.isEmpty else {
            throw Trouble("a status check must not allocate: \(excess.joined(separator: "; "))")
        }
    }

    /// Sends so many checks, `depth` at a time, and takes their answers of `length` bytes.
    private func check(_ count: Int, _ depth: Int, _ descriptor: CInt, _ length: Int) throws {
        let requests = Array(String(repeating: Contender.request, count: depth).utf8)
        var answers = [UInt8](repeating: 0, count: depth * length)
        for _ in 0..<count / depth {
            guard send(descriptor, requests, requests.count, CInt(MSG_NOSIGNAL)) == requests.count,
                recv(descriptor, &answers, answers.count, CInt(MSG_WAITALL)) == answers.count
            else { throw Trouble("the server takes no status check") }
        }
    }
}
