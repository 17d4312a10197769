import NIOCore
import NIOPosix
import ResultStore

/// Brings the bytes of one stored result to a connection, a piece at a time, so that a reader who stops costs one piece
/// and not the whole.
///
/// What is in memory and small is read on the event loop; everything else by the transfer pool. Belongs to the
/// connection's event loop.
final class ResultSender {
    /// One step of the way out.
    enum Piece {
        case bytes(ByteBuffer)
        /// A region of a file; only where the connection takes files.
        case file(IOData)
        /// The body is complete.
        case end
        /// The stored bytes cannot be read; the body must not end as if it were complete.
        case failed(ResultFailure)
    }

    private let reader: ResultReader?
    private let live: LiveSource?
    private let file: ResultFileSender?
    private let readsInline: Bool
    private let pool: NIOThreadPool
    private let loop: any EventLoop
    private var isAbandoned = false

    /// - Parameter takesFiles: the connection sends files by itself: HTTP/1.1 in clear text.
    init(_ download: ResultDownload, takesFiles: Bool, pool: NIOThreadPool, loop: any EventLoop) {
        file = takesFiles ? ResultFileSender(download, pool: pool, loop: loop) : nil
        let reader = ResultReader(download.result, download.body)
        self.reader = reader
        length = reader.length
        live = nil
        readsInline = download.result.isInMemory && download.result.length <= Limits.inlineDownload
        self.pool = pool
        self.loop = loop
    }

    /// A sender of a result that may still be on its way.
    init(_ download: LiveDownload, services: ServerServices, loop: any EventLoop) {
        live = LiveSource(download, services: services, loop: loop)
        (reader, file, length, readsInline) = (nil, nil, nil, false)
        pool = services.transferPool
        self.loop = loop
    }

    /// The length of the body in bytes; nil where it is not known before its end.
    let length: Int?

    /// True for a result that may still be on its way.
    var isLive: Bool { live != nil }

    /// True while there is nothing to send, which is nobody's fault.
    var isIdle: Bool { live?.isIdle == true }

    /// Fetches the next piece; `completion` is called on the loop, at once where nothing has to be waited for.
    ///
    /// Call it again only after the completion.
    func next(_ completion: @escaping (Piece) -> Void) {
        if let file { return file.next(completion) }
        if let live { return live.next(completion) }
        guard let reader else { return completion(.end) }
        if readsInline { return completion(Self.read(reader).piece) }
        pool.runIfActive(eventLoop: loop) { Self.read(reader) }.assumeIsolated().whenComplete { [self] outcome in
            guard !isAbandoned else { return }
            switch outcome {
            case .success(let read): completion(read.piece)
            case .failure: completion(.failed(.ended))
            }
        }
    }

    /// Gives up; no completion is called any more.
    func abandon() {
        isAbandoned = true
        file?.abandon()
        live?.abandon()
    }

    /// What the pool hands back.
    enum Read: Sendable {
        case bytes(ByteBuffer)
        case end
        case failed(ResultFailure)

        var piece: Piece {
            switch self {
            case .bytes(let bytes): .bytes(bytes)
            case .end: .end
            case .failed(let failure): .failed(failure)
            }
        }
    }

    static func read(_ reader: ResultReader) -> Read {
        var buffer = ByteBufferAllocator().buffer(capacity: min(Limits.downloadChunk, reader.length))
        var end = Read.end
        buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 1) { memory in
            switch reader.read(into: memory) {
            case .bytes(let count): return count
            case .end: return 0
            case .failed(let failure):
                end = .failed(failure)
                return 0
            }
        }
        return buffer.readableBytes > 0 ? .bytes(buffer) : end
    }
}
