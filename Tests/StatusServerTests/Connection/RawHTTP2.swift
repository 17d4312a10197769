/// HTTP/2 frames made by hand, for a client that does what no session of ours would do (RFC 9113 §4.1).
enum RawHTTP2 {
    /// What every client begins with: the preface and SETTINGS.
    static func opening(_ settings: [(UInt16, UInt32)] = []) -> [UInt8] {
        Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + Self.settings(settings)
    }

    static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), kind, flags]
            + number(stream) + payload
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], ends: Bool = false) -> [UInt8] {
        frame(0, flags: ends ? 1 : 0, stream: stream, bytes)
    }

    /// A whole request: `GET /`, or `POST` without its end; `more` goes behind the pseudo fields.
    static func request(_ stream: UInt32, isPost: Bool = false, more: [UInt8] = []) -> [UInt8] {
        frame(1, flags: isPost ? 4 : 5, stream: stream, block(isPost: isPost) + more)
    }

    /// A request for updates, without its end.
    static func updates(_ stream: UInt32) -> [UInt8] {
        let path = "/v1/updates"
        let type = "application/vnd.telltale.updates"
        let block =
            [0x83, 0x86, 0x04, UInt8(path.utf8.count)] + Array(path.utf8) + [0x41, 1, UInt8(ascii: "a")]
            + literal("content-type", type)
        return frame(1, flags: 4, stream: stream, block)
    }

    /// `:method`, `:scheme`, `:path` and `:authority` from HPACK's static table (RFC 7541 appendix A).
    static func block(isPost: Bool = false) -> [UInt8] {
        [isPost ? 0x83 : 0x82, 0x86, 0x84, 0x41, 1, UInt8(ascii: "a")]
    }

    /// A field as a literal without indexing (RFC 7541 §6.2.2); both parts below 127 bytes.
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    static func reset(_ stream: UInt32) -> [UInt8] { frame(3, stream: stream, number(8)) }

    static func settings(_ entries: [(UInt16, UInt32)]) -> [UInt8] {
        frame(4, entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + number($0.1) })
    }

    static func ping(_ value: UInt8 = 0) -> [UInt8] { frame(6, [UInt8](repeating: value, count: 8)) }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
        frame(8, stream: stream, number(increment))
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// A frame as it came.
    struct Frame {
        let kind: UInt8
        let flags: UInt8
        let stream: UInt32
        let payload: [UInt8]
    }

    /// The whole frames in bytes that a server sent.
    static func parse(_ bytes: [UInt8]) -> [Frame] {
        var frames: [Frame] = []
        var start = 0
        while start + 9 <= bytes.count {
            let length = Int(bytes[start]) << 16 | Int(bytes[start + 1]) << 8 | Int(bytes[start + 2])
            let end = start + 9 + length
            guard end <= bytes.count else { break }
            let stream = bytes[start + 5..<start + 9].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            let payload = Array(bytes[start + 9..<end])
            frames.append(Frame(kind: bytes[start + 3], flags: bytes[start + 4], stream: stream, payload: payload))
            start = end
        }
        return frames
    }

    /// The error code of the first GOAWAY in bytes that a server sent.
    static func goAwayCode(_ bytes: [UInt8]) -> UInt32? {
        guard let frame = parse(bytes).first(where: { $0.kind == 7 && $0.payload.count >= 8 }) else { return nil }
        return frame.payload[4...7].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// Whether the answer to a PING of ``ping(_:)`` is among bytes that a server sent.
    static func answersPing(_ bytes: [UInt8], _ value: UInt8) -> Bool {
        parse(bytes).contains { $0.kind == 6 && $0.flags == 1 && $0.payload == [UInt8](repeating: value, count: 8) }
    }
}
