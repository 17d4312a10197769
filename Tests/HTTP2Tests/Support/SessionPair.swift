import HTTP2

/// A client's and a server's session with a wire of memory between them.
final class SessionPair {
    let client: HTTP2Session
    let server: HTTP2Session
    let atClient = RecordingDelegate()
    let atServer = RecordingDelegate()
    /// The most bytes that one `receive` is given; 1 feeds byte by byte.
    var pieceSize = Int.max
    /// Bytes that crossed the wire in either direction.
    var bytesMoved = 0

    init(client: HTTP2Settings = HTTP2Settings(), server: HTTP2Settings = HTTP2Settings()) {
        self.client = HTTP2Session(role: .client, settings: client)
        self.server = HTTP2Session(role: .server, settings: server)
        self.client.delegate = atClient
        self.server.delegate = atServer
    }

    /// Carries bytes both ways until neither side has any.
    func pump() {
        while carry(from: client, to: server) || carry(from: server, to: client) {}
    }

    /// Carries what `sender` has, once; false when that is nothing.
    func carry(from sender: HTTP2Session, to receiver: HTTP2Session) -> Bool {
        let bytes = sender.takeOutput()
        bytesMoved += bytes.count
        var start = 0
        while start < bytes.count {
            let end = pieceSize < bytes.count - start ? start + pieceSize : bytes.count
            receiver.receive(Array(bytes[start..<end]))
            start = end
        }
        return !bytes.isEmpty
    }
}

extension HTTP2Session {
    /// Everything that the session has to send now.
    func takeOutput() -> [UInt8] {
        var bytes: [UInt8] = []
        while nextOutput({ bytes.append(contentsOf: $0) }) {}
        return bytes
    }

    @discardableResult
    func receive(_ bytes: [UInt8]) -> HTTP2Failure? {
        bytes.withUnsafeBytes { receive($0) }
    }

    func write(_ stream: StreamID, _ bytes: [UInt8]) {
        bytes.withUnsafeBytes { write(stream, $0) }
    }

    /// A GET, or a POST whose body is open.
    func request(_ path: String, hasBody: Bool = false) -> StreamID? {
        let head = HeaderBlock(request: hasBody ? "POST" : "GET", authority: "telltale.test", path: path)
        return request(head, endStream: !hasBody)
    }

    /// Answers 200 with a body that is at hand.
    func answer(_ stream: StreamID, _ body: [UInt8]) {
        respond(stream, HeaderBlock(status: 200), endStream: false)
        write(stream, body)
        finish(stream)
    }
}

/// Bytes that are easy to tell apart from shifted or repeated ones.
func pattern(_ count: Int) -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
        var state: UInt32 = 1
        for index in 0..<count {
            state = state &* 1_664_525 &+ 1_013_904_223
            buffer[index] = UInt8(truncatingIfNeeded: state >> 24)
        }
        initialized = count
    }
}

/// SplitMix64: the same numbers for the same seed, so that a failure can be replayed.
struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
