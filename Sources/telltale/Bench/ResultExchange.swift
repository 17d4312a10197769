import Glibc

/// One HTTP/1.1 request for or with a result, on a connection of its own; it belongs to one thread.
final class ResultExchange {
    private let socket: BenchSocket
    private let server: ServerURL
    private let authority: String
    private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: BenchLimits.socketBytes, alignment: 16)
    /// When the request was sent.
    private var start = 0
    /// Nanoseconds until the first byte of the answer was there.
    private(set) var firstByte = 0
    /// The field lines of the answer in lower case, the status line first.
    private var head: [String] = []

    init(_ server: ServerURL) throws(CommandFailure) {
        self.server = server
        authority = try server.plainAuthority()
        socket = try BenchSocket(server)
    }

    deinit {
        buffer.deallocate()
    }

    /// Sends `sample` as the result of the job `id`, which completes it.
    func put(_ sample: ResultSample, for id: String) throws(CommandFailure) {
        try begin("PUT", "\(id)/result?complete=1", "Content-Type: text/plain\r\nContent-Length: \(sample.length)\r\n")
        var offset = 0
        while offset < sample.length {
            offset += try sample.withBytes(from: offset) { (bytes) throws(CommandFailure) in try send(bytes) }
        }
        try readHead { _ in }
        guard head.first?.hasPrefix("http/1.1 201") == true else { throw wrong("to a result: \(head.first ?? "")") }
    }

    /// Takes the result of the job `id`, and hands its pieces to `take`.
    func get(_ id: String, gzip: Bool, _ take: (UnsafeRawBufferPointer) -> Void) throws(CommandFailure) {
        try begin("GET", "\(id)/result", gzip ? "Accept-Encoding: gzip\r\n" : "")
        var count = 0
        try readHead { bytes in
            count += bytes.count
            take(bytes)
        }
        let isCoded = head.contains("content-encoding: gzip")
        guard head.first?.hasPrefix("http/1.1 200") == true, isCoded == gzip,
            let length = head.lazy.compactMap(Self.length).first
        else { throw wrong("to a question for a result: \(head.joined(separator: "; "))") }
        while count < length {
            let piece = try receive()
            count += piece.count
            take(piece)
        }
        guard count == length else { throw wrong("of \(count) bytes, \(length) announced") }
    }

    private static func length(_ line: String) -> Int? {
        let name = "content-length: "
        return line.hasPrefix(name) ? Int(line.dropFirst(name.count)) : nil
    }

    private func begin(_ method: String, _ path: String, _ fields: String) throws(CommandFailure) {
        let base = server.text.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let text =
            "\(method) \(base)/api/jobs/\(path) HTTP/1.1\r\nHost: \(authority)\r\nConnection: close\r\n"
            + "\(fields)\r\n"
        start = BenchClock.nanoseconds()
        let request = Array(text.utf8)
        _ = try request.span.bytes.withUnsafeBytes { (bytes) throws(CommandFailure) in try send(bytes) }
    }

    /// Sends all of `bytes`, and returns how many they are.
    private func send(_ bytes: UnsafeRawBufferPointer) throws(CommandFailure) -> Int {
        var rest = bytes
        var isOverdue = false
        while !rest.isEmpty {
            switch socket.send(rest) {
            case .moved(let count):
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(count))
                isOverdue = false
            case .notNow: try wait(forRoom: true, &isOverdue)
            case .ended: throw CommandFailure("\(server.text) closed the connection that it was sent a result on")
            }
        }
        return bytes.count
    }

    /// The next bytes of the answer, at least one.
    private func receive() throws(CommandFailure) -> UnsafeRawBufferPointer {
        var isOverdue = false
        while true {
            switch socket.receive(buffer) {
            case .moved(let count): return UnsafeRawBufferPointer(rebasing: buffer.prefix(count))
            case .notNow: try wait(forRoom: false, &isOverdue)
            case .ended: throw CommandFailure("\(server.text) closed the connection before its answer's end")
            }
        }
    }

    /// Waits once for as long as the server may stay silent.
    private func wait(forRoom: Bool, _ isOverdue: inout Bool) throws(CommandFailure) {
        guard !isOverdue else { throw CommandFailure("\(server.text) is silent", status: .unavailable) }
        let began = BenchClock.nanoseconds()
        socket.wait(forRoom: forRoom, milliseconds: CInt(BenchLimits.silence.components.seconds * 1_000))
        isOverdue = BenchClock.nanoseconds() - began >= Int(BenchLimits.silence.nanoseconds)
    }

    /// Reads the head, and hands what came of the body behind it to `rest`.
    private func readHead(_ rest: (UnsafeRawBufferPointer) -> Void) throws(CommandFailure) {
        var text: [UInt8] = []
        while true {
            let piece = try receive()
            if text.isEmpty { firstByte = BenchClock.nanoseconds() - start }
            let known = max(0, text.count - 3)
            text.append(contentsOf: piece)
            if let end = text[known...].firstRange(of: Array("\r\n\r\n".utf8)) {
                head = String(decoding: text[..<end.lowerBound], as: UTF8.self).lowercased()
                    .split(separator: "\r\n").map(String.init)
                text[end.upperBound...].withUnsafeBytes(rest)
                return
            }
            guard text.count < BenchLimits.socketBytes else { throw wrong("without an end to its head") }
        }
    }

    private func wrong(_ what: String) -> CommandFailure {
        CommandFailure("\(server.text) gave a wrong answer \(what)")
    }
}
