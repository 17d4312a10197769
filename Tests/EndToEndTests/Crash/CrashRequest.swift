import Foundation
import Glibc

/// One request on a connection of its own, of which nothing may come back: the server may be killed at any moment.
struct CrashRequest: Sendable {
    struct Answer: Sendable {
        var status: Int
        var body: [UInt8]

        /// An empty object where the body is none.
        var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(body))) as? [String: Any] ?? [:] }
    }

    let port: Int

    /// nil unless the whole answer came.
    func send(_ method: String, _ path: String, type: String = "application/json", body: [UInt8] = []) async -> Answer?
    {
        let port = port
        return await Socket.onThread {
            guard let socket = try? Socket(port: port, isExpected: false) else { return nil }
            let head =
                "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: \(type)\r\n"
                + "Content-Length: \(body.count)\r\n\r\n"
            socket.send(Array(head.utf8) + body)
            return Self.parse(socket.receiveNow())
        }
    }

    private static func parse(_ bytes: [UInt8]) -> Answer? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { return nil }
        let body = Array(bytes[end.upperBound...])
        let field = lines.first { $0.lowercased().hasPrefix("content-length:") }
        guard let field, let length = Int(field.dropFirst(15).trimmingCharacters(in: .whitespaces)),
            length == body.count
        else { return nil }
        return Answer(status: status, body: body)
    }
}
