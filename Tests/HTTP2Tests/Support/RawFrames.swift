/// Frames made by hand, right or wrong, for a peer that does what no session of ours would do (RFC 9113 §4.1).
enum Raw {
    static let preface: [UInt8] = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
    /// What every client begins with.
    static let opening: [UInt8] = preface + settings([])

    enum Kind {
        static let data: UInt8 = 0
        static let headers: UInt8 = 1
        static let priority: UInt8 = 2
        static let reset: UInt8 = 3
        static let settings: UInt8 = 4
        static let pushPromise: UInt8 = 5
        static let ping: UInt8 = 6
        static let goAway: UInt8 = 7
        static let windowUpdate: UInt8 = 8
        static let continuation: UInt8 = 9
    }

    enum Flag {
        static let ack: UInt8 = 0x1
        static let endStream: UInt8 = 0x1
        static let endHeaders: UInt8 = 0x4
        static let padded: UInt8 = 0x8
    }

    static func frame(_ kind: UInt8, flags: UInt8 = 0, stream: UInt32 = 0, _ payload: [UInt8] = []) -> [UInt8] {
        let length = UInt32(payload.count)
        return [UInt8(length >> 16 & 0xFF), UInt8(length >> 8 & 0xFF), UInt8(length & 0xFF), kind, flags]
            + number(stream) + payload
    }

    static func settings(_ entries: [(UInt16, UInt32)]) -> [UInt8] {
        frame(Kind.settings, entries.flatMap { [UInt8($0.0 >> 8), UInt8($0.0 & 0xFF)] + number($0.1) })
    }

    static func ping(_ value: UInt8 = 0) -> [UInt8] { frame(Kind.ping, [UInt8](repeating: value, count: 8)) }

    static func windowUpdate(_ stream: UInt32, _ increment: UInt32) -> [UInt8] {
        frame(Kind.windowUpdate, stream: stream, number(increment))
    }

    static func reset(_ stream: UInt32, _ code: UInt32 = 8) -> [UInt8] {
        frame(Kind.reset, stream: stream, number(code))
    }

    static func data(_ stream: UInt32, _ bytes: [UInt8], end: Bool = false) -> [UInt8] {
        frame(Kind.data, flags: end ? Flag.endStream : 0, stream: stream, bytes)
    }

    /// A request as one HEADERS frame; `more` goes behind the pseudo fields.
    static func request(_ stream: UInt32, end: Bool = true, post: Bool = false, more: [UInt8] = []) -> [UInt8] {
        frame(
            Kind.headers,
            flags: Flag.endHeaders | (end ? Flag.endStream : 0),
            stream: stream,
            requestBlock(post: post) + more
        )
    }

    /// `:method`, `:scheme`, `:path` and `:authority` from HPACK's static table (RFC 7541 appendix A).
    static func requestBlock(post: Bool = false) -> [UInt8] {
        [post ? 0x83 : 0x82, 0x86, 0x84, 0x41, 4] + Array("test".utf8)
    }

    /// A field as a literal without indexing (RFC 7541 §6.2.2); both parts below 127 bytes.
    static func literal(_ name: String, _ value: String) -> [UInt8] {
        [0x00, UInt8(name.utf8.count)] + Array(name.utf8) + [UInt8(value.utf8.count)] + Array(value.utf8)
    }

    static func number(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xFF), UInt8(value >> 8 & 0xFF), UInt8(value & 0xFF)]
    }

    /// The frames in bytes that a session sent, as (kind, flags, stream, payload).
    static func parse(_ bytes: [UInt8]) -> [(kind: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] {
        var frames: [(kind: UInt8, flags: UInt8, stream: UInt32, payload: [UInt8])] = []
        var rest = bytes[...]
        if rest.starts(with: preface) { rest = rest.dropFirst(preface.count) }
        while rest.count >= 9 {
            let head = Array(rest.prefix(9))
            let length = Int(head[0]) << 16 | Int(head[1]) << 8 | Int(head[2])
            let stream = head[5...8].reduce(UInt32(0)) { $0 << 8 | UInt32($1) } & 0x7FFF_FFFF
            rest = rest.dropFirst(9)
            frames.append((head[3], head[4], stream, Array(rest.prefix(length))))
            rest = rest.dropFirst(length)
        }
        return frames
    }

    /// The error code of the first GOAWAY in bytes that a session sent.
    static func goAwayCode(_ bytes: [UInt8]) -> UInt32? {
        guard let frame = parse(bytes).first(where: { $0.kind == Kind.goAway }) else { return nil }
        return frame.payload[4...7].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    }

    /// The streams and error codes of the RST_STREAM frames in bytes that a session sent.
    static func resets(_ bytes: [UInt8]) -> [(stream: UInt32, code: UInt32)] {
        parse(bytes).filter { $0.kind == Kind.reset }
            .map { ($0.stream, $0.payload.reduce(UInt32(0)) { $0 << 8 | UInt32($1) }) }
    }
}
