import Foundation
import Testing

/// An answer as curl received it.
struct Answer {
    let status: Int
    /// `HTTP/1.1` or `HTTP/2`.
    let version: String
    /// Names in lower case, in the order of arrival.
    let headers: [(name: String, value: String)]
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }

    func header(_ name: String) -> String? {
        headers.first { $0.name == name }?.value
    }

    /// The body as JSON.
    func json(sourceLocation: SourceLocation = #_sourceLocation) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(body), options: [.fragmentsAllowed])
        return try #require(value as? [String: Any], "\(text)", sourceLocation: sourceLocation)
    }
}

extension Server {
    /// Asks the server by curl. `options` are curl's own; `path` begins with a slash.
    func curl(_ path: String, _ options: String..., input: [UInt8] = []) async throws -> Answer {
        try await curl(path, options: options, input: input)
    }

    func curl(_ path: String, options: [String], input: [UInt8] = []) async throws -> Answer {
        let heads = FileManager.default.temporaryDirectory.appendingPathComponent("head-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: heads) }
        var command = Command("curl", ["-sS", "--max-time", "30", "-D", heads.path] + options + [url + path])
        command.input = input
        let outcome = try await command.run()
        try #require(outcome.code == 0, "curl \(options) \(path): \(outcome.errors)")
        // With --head, curl prints the head as if it were the body.
        let body = options.contains("-I") ? [] : outcome.output
        return try Answer(head: String(contentsOf: heads, encoding: .isoLatin1), body: body)
    }

    /// The status body of a job.
    func status(_ id: String) async throws -> [String: Any] {
        try await curl("/api/jobs/\(id)/status").json()
    }
}

extension Answer {
    /// The last head that curl wrote down (interim ones come before it), and the body.
    fileprivate init(head: String, body: [UInt8]) throws {
        let blocks = head.replacingOccurrences(of: "\r", with: "").components(separatedBy: "\n\n")
        let block = try #require(blocks.last { $0.hasPrefix("HTTP/") }, "no head: \(head)")
        let lines = block.split(separator: "\n").map(String.init)
        let parts = lines[0].split(separator: " ")
        version = String(parts[0])
        status = try #require(Int(parts[1]))
        headers = lines.dropFirst().compactMap { line in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            return (line[..<colon].lowercased(), value)
        }
        self.body = body
    }
}
