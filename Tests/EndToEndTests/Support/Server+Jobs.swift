import Foundation
import Testing

extension Server {
    /// Submits a job with a JSON body; the test fails when the answer is not 202.
    @discardableResult
    func submit(_ json: String, sourceLocation: SourceLocation = #_sourceLocation) async throws -> [String: Any] {
        let answer = try await curl("/api/jobs", "-H", "Content-Type: application/json", "-d", json)
        try #require(answer.status == 202, "\(answer.text)", sourceLocation: sourceLocation)
        return try answer.json()
    }

    /// Reports on a job with PATCH; the test fails when the answer is not 200.
    @discardableResult
    func report(
        _ id: String,
        _ json: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> [String: Any] {
        let answer = try await curl(
            "/api/jobs/\(id)",
            "-X",
            "PATCH",
            "-H",
            "Content-Type: application/json",
            "-d",
            json
        )
        try #require(answer.status == 200, "\(answer.text)", sourceLocation: sourceLocation)
        return try answer.json()
    }

    /// Waits until the job's status is `status`, and returns the body.
    @discardableResult
    func waitFor(_ id: String, toBe wanted: String, seconds: Double = 20) async throws -> [String: Any] {
        var body: [String: Any] = [:]
        try await eventually(seconds: seconds, "\(id) is \(wanted)") {
            let answer = try await self.curl("/api/jobs/\(id)/status")
            guard answer.status == 200 else { return false }
            body = try answer.json()
            return body["status"] as? String == wanted
        }
        return body
    }
}

extension Answer {
    /// The keys of a flat JSON body in the order in which they were sent.
    func keys() -> [String] {
        var keys: [String] = []
        var depth = 0
        var isInText = false
        var isEscaped = false
        var current: [UInt8] = []
        for byte in body {
            if isInText {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else if byte == UInt8(ascii: "\"") {
                    isInText = false
                    continue
                }
                current.append(byte)
            } else {
                switch byte {
                case UInt8(ascii: "\""):
                    isInText = true
                    current = []
                case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
                case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
                case UInt8(ascii: ":") where depth == 1: keys.append(String(decoding: current, as: UTF8.self))
                default: break
                }
            }
        }
        return keys
    }
}
