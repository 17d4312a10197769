import FuzzSupport
import HTTP2
import UpdateProtocol

/// The other end of a ``World``: an honest HTTP/2 client whose streams say whatever the input says, and which checks
/// what the server tells them.
final class Worker {
    /// One request for updates.
    private final class Stream {
        /// What was sent so far, as any receiver must understand it.
        var sent = UpFrameDecoder()
        var down = DownFrameDecoder()
        var told = Told()
        var hasEnded = false
    }

    private let world: World
    private let session = HTTP2Session(role: .client)
    /// Windows are opened as bytes come.
    private let reads: Bool
    /// Each read brings the server at most so many bytes.
    private let readSize: Int
    /// Each DATA frame carries at most so many bytes.
    private let pieceSize: Int
    private var streams: [StreamID: Stream] = [:]
    private var places: [StreamID?] = .init(repeating: nil, count: 4)

    init(_ world: World, reads: Bool, readSize: Int, pieceSize: Int) {
        self.world = world
        self.reads = reads
        self.readSize = readSize
        self.pieceSize = pieceSize
        session.delegate = self
    }

    /// Sends `bytes` on the stream at `place`, 0 to 3, which is opened if it is not there.
    func send(_ place: Int, _ bytes: UnsafeRawBufferPointer) throws {
        guard let id = try open(place), let stream = streams[id], !stream.hasEnded else { return }
        var ignorer = Ignorer()
        _ = stream.sent.decode(bytes, into: &ignorer)
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceSize, bytes.count)
            session.write(id, UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
            try pump()
            start = end
        }
    }

    func end(_ place: Int) throws {
        guard let id = try open(place), let stream = streams[id] else { return }
        stream.hasEnded = true
        session.finish(id)
        try pump()
    }

    func reset(_ place: Int) throws {
        guard let id = places[place] else { return }
        places[place] = nil
        session.reset(id, .cancel)
        try pump()
    }

    /// A request of somebody else, without a body.
    func ask(_ method: String, _ path: String) throws {
        _ = session.request(HeaderBlock(request: method, authority: "a", path: path), endStream: true)
        try pump()
    }

    /// Carries everything both ways until nothing moves.
    func pump() throws {
        while true {
            var output: [UInt8] = []
            while session.nextOutput({ output += $0 }) {}
            try output.withUnsafeBytes { bytes in
                var start = 0
                while start < bytes.count {
                    let end = min(start + readSize, bytes.count)
                    try world.receive(UnsafeRawBufferPointer(rebasing: bytes[start..<end]))
                    start = end
                }
            }
            world.checkBounds()
            let answer = try world.takeSent()
            if answer.isEmpty, output.isEmpty { return }
            let failure = answer.withUnsafeBytes { session.receive($0) }
            promise(failure == nil, "the server broke HTTP/2: \(failure as Any)")
        }
    }

    /// What the streams were told of their items, in the order of the streams; bytes of results aside, whose failure
    /// shows wherever the store finds it.
    var refusals: Log {
        var log = Log()
        for (id, stream) in streams.sorted(by: { $0.key < $1.key }) {
            log.add(id.rawValue)
            log.add(stream.told.applied)
            stream.told.log.bytes.withUnsafeBytes { log.add($0) }
            log.end()
        }
        return log
    }

    private func open(_ place: Int) throws -> StreamID? {
        if let id = places[place] { return id }
        var head = HeaderBlock(request: "POST", authority: "a", path: "/v1/updates")
        head.append("content-type", "application/vnd.telltale.updates")
        guard let id = session.request(head, endStream: false) else { return nil }
        places[place] = id
        streams[id] = Stream()
        try pump()
        return id
    }
}

extension Worker: HTTP2SessionDelegate {
    func session(_ session: HTTP2Session, didReceiveHead stream: StreamID, _ head: HeaderBlock, endStream: Bool) {
        if streams[stream] != nil { promise(head.status == 200, "a stream is answered \(head.status ?? 0)") }
    }

    func session(_ session: HTTP2Session, didReceiveData id: StreamID, _ bytes: UnsafeRawBufferPointer) {
        if reads {
            session.consume(id, bytes.count)
            session.consumeConnection(bytes.count)
        }
        guard let stream = streams[id] else { return }
        let result = stream.down.decode(bytes, into: &stream.told)
        promise(result == .ok, "the server's frames cannot be read: \(result)")
        let sent = stream.sent.nextSequence
        promise(stream.told.highest < max(sent, 1), "\(stream.told.highest) is answered where \(sent) is next")
    }

    func session(_ session: HTTP2Session, didEnd id: StreamID) {
        guard let stream = streams[id] else { return }
        promise(stream.down.finish() == nil, "the server's body ends inside a frame")
    }

    func session(_ session: HTTP2Session, didClose id: StreamID, errorCode: HTTP2ErrorCode) {
        for place in places.indices where places[place] == id { places[place] = nil }
    }
}

/// What a stream was told.
private struct Told: DownFrameHandler {
    var log = Log()
    var applied: UInt64 = 0
    /// The highest number that was named.
    var highest: UInt64 = 0

    mutating func welcome(_ frame: WelcomeFrame) -> Flow { .proceed }

    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        promise(applied > self.applied, "acknowledged \(applied) after \(self.applied)")
        self.applied = applied
        highest = max(highest, applied)
        return .proceed
    }

    mutating func refusal(_ frame: RefusalFrame) -> Flow {
        promise(frame.sequence > applied, "item \(frame.sequence) is refused after \(applied) was acknowledged")
        highest = max(highest, frame.sequence)
        if case .transfer = frame.subject { return .proceed }
        log.add("refusal")
        log.add(frame.sequence)
        log.add(frame.reason.rawValue)
        log.add(frame.state.rawValue)
        log.add(frame.attempt)
        log.end()
        return .proceed
    }

    mutating func cancel(_ frame: CancelFrame) -> Flow {
        log.add("cancel")
        log.add(frame.handle)
        log.end()
        return .proceed
    }

    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow { .proceed }
    mutating func expired(handle: UInt32) -> Flow { .proceed }
    mutating func slowDown(milliseconds: UInt32) -> Flow { .proceed }
    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow { .proceed }

    mutating func error(_ frame: ErrorFrame) -> Flow {
        // What comes behind goodbye is seen only where it comes at once with it.
        if frame.code == .afterGoodbye { return .proceed }
        log.add("error")
        log.add(frame.code.rawValue)
        log.add(frame.sequence)
        log.end()
        return .proceed
    }
}

/// Takes every frame; of interest is only how many there were.
private struct Ignorer: UpFrameHandler {
    mutating func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow { .proceed }
    mutating func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow { .proceed }
    mutating func hello(_ frame: HelloFrame) -> Flow { .proceed }
    mutating func bind(_ frame: BindFrame, sequence: UInt64) -> Flow { .proceed }
    mutating func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
    mutating func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
    mutating func fail(_ frame: FailFrame, sequence: UInt64) -> Flow { .proceed }
    mutating func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow { .proceed }
    mutating func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow { .proceed }
    mutating func resultBytes(
        transfer: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow { .proceed }
    mutating func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow { .proceed }
    mutating func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow { .proceed }
    mutating func unbind(handle: UInt32, sequence: UInt64) -> Flow { .proceed }
    mutating func flush(sequence: UInt64) -> Flow { .proceed }
    mutating func goodbye(sequence: UInt64) -> Flow { .proceed }
    mutating func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow { .proceed }
}
