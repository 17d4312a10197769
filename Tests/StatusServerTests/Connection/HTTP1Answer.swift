import Testing

/// One answer of an HTTP/1.1 server, read strictly.
struct HTTP1Answer: Sendable, Equatable {
    var status = 0
    /// The header lines in their order.
    var lines: [String] = []
    var body: [UInt8] = []

    var text: String { String(decoding: body, as: UTF8.self) }

    /// The value of the only field of that name.
    func field(_ name: String) -> String? {
        let values = lines.filter { $0.lowercased().hasPrefix(name.lowercased() + ": ") }
        return values.count == 1 ? String(values[0].dropFirst(name.count + 2)) : nil
    }

    /// The whole answers at the start of `bytes`, and how many bytes they take. `headOnly` says which have no body
    /// because they answer a HEAD.
    static func parse(_ bytes: [UInt8], headOnly: Set<Int> = []) -> (answers: [HTTP1Answer], length: Int) {
        var answers: [HTTP1Answer] = []
        var at = 0
        while let end = endOfHead(bytes, from: at) {
            var lines = String(decoding: bytes[at..<end], as: UTF8.self).components(separatedBy: "\r\n")
            var answer = HTTP1Answer()
            answer.status = Int(lines.removeFirst().dropFirst(9).prefix(3)) ?? 0
            answer.lines = lines
            var next = end + 4
            if answer.status >= 200, !headOnly.contains(answers.count) {
                let length = answer.field("Content-Length").flatMap { Int($0) } ?? 0
                guard bytes.count - next >= length else { break }
                answer.body = Array(bytes[next..<next + length])
                next += length
            }
            answers.append(answer)
            at = next
        }
        return (answers, at)
    }

    private static func endOfHead(_ bytes: [UInt8], from start: Int) -> Int? {
        var at = start
        while at + 3 < bytes.count {
            if bytes[at] == 13, bytes[at + 1] == 10, bytes[at + 2] == 13, bytes[at + 3] == 10 { return at }
            at += 1
        }
        return nil
    }
}

extension SocketClient {
    /// The first `count` answers; with `untilClosed`, once the server has closed, and nothing may follow them.
    func answers(_ count: Int, headOnly: Set<Int> = [], untilClosed: Bool = false) async throws -> [HTTP1Answer] {
        let received = await until { received in
            if untilClosed { return received.isEnded }
            return received.isEnded || HTTP1Answer.parse(received.bytes, headOnly: headOnly).answers.count >= count
        }
        let (answers, length) = HTTP1Answer.parse(received.bytes, headOnly: headOnly)
        #expect(!untilClosed || length == received.bytes.count, "something follows the last answer")
        try #require(answers.count >= count, "\(received.text.prefix(2_000))")
        return answers
    }
}

extension String {
    /// The parts between the separators, as Foundation has it.
    func components(separatedBy separator: String) -> [String] {
        var parts: [String] = []
        var rest = self[...]
        while let range = rest.firstRange(of: separator) {
            parts.append(String(rest[..<range.lowerBound]))
            rest = rest[range.upperBound...]
        }
        return parts + [String(rest)]
    }
}
