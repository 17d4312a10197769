import Glibc
import LoadGenerator

/// Status checks over HTTP/1.1 on one connection, one after the other at an even pace, beside a load of updates.
struct StatusChecks: Sendable {
    let server: ServerURL
    let plan: IngestPlan
    let perSecond: Int

    /// Checks jobs of the load for as long as it lasts.
    /// - Returns: microseconds from the moment at which a check was due to its whole answer. A check that had to wait
    ///   for the one before counts that time as well, or a server that stands still would look fast.
    func run(_ gate: Gate) throws(CommandFailure) -> Percentiles {
        let socket = try gate.pass { () throws(CommandFailure) -> BenchSocket in try BenchSocket(server) }
        let authority = try server.plainAuthority()
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_536, alignment: 16)
        defer { buffer.deallocate() }
        var delays = Percentiles()
        var choices = Choices(among: plan.jobs, seed: 1)
        let start = BenchClock.nanoseconds()
        let end = start + plan.seconds * 1_000_000_000
        var due = start
        while due < end {
            let early = due - BenchClock.nanoseconds()
            if early > 0 { usleep(UInt32(early / 1_000)) }
            try check(plan.id(of: choices.next().job), socket, authority, buffer)
            delays.add((BenchClock.nanoseconds() - due) / 1_000)
            due += 1_000_000_000 / perSecond
        }
        return delays
    }

    private func check(
        _ id: String,
        _ socket: borrowing BenchSocket,
        _ authority: String,
        _ buffer: UnsafeMutableRawBufferPointer
    ) throws(CommandFailure) {
        let request = Array("GET /api/jobs/\(id)/status HTTP/1.1\r\nHost: \(authority)\r\n\r\n".utf8)
        guard case .moved(request.count) = request.withUnsafeBytes({ socket.send($0) }) else {
            throw CommandFailure("\(server.text) takes no status check")
        }
        var held = 0
        while true {
            switch socket.receive(UnsafeMutableRawBufferPointer(rebasing: buffer[held...])) {
            case .moved(let count): held += count
            case .notNow: socket.wait(forRoom: false, milliseconds: 100)
            case .ended: throw CommandFailure("\(server.text) closed the connection of the status checks")
            }
            let answer = Substring(decoding: buffer[..<held], as: UTF8.self)
            guard let length = Self.length(of: answer) else { continue }
            if held < length { continue }
            guard answer.hasPrefix("HTTP/1.1 200 "), answer.contains("\"taskId\":\"\(id)\"") else {
                throw CommandFailure("\(server.text) gave a wrong answer to a status check of job \(id)")
            }
            return
        }
    }

    /// The length of the answer that `text` begins with; nil while its head is not complete.
    static func length(of text: Substring) -> Int? {
        guard let head = text.firstRange(of: "\r\n\r\n") else { return nil }
        let name = "content-length:"
        for line in text[..<head.lowerBound].split(separator: "\r\n") where line.lowercased().hasPrefix(name) {
            guard let body = Int(line.dropFirst(name.count).drop { $0 == " " }) else { return nil }
            return text[..<head.upperBound].utf8.count + body
        }
        return nil
    }
}
