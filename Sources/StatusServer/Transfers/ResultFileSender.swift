import NIOCore
import NIOPosix
import ResultStore

/// Brings a body whose middle stands in a file to a connection that takes files as they are (`sendfile`): the bytes
/// never come into the process, and a reader who stops costs the socket's buffer.
///
/// The transfer pool opens the file and makes sure that each region is in memory before it is queued, because a cold
/// page would stop the event loop. Belongs to the connection's event loop.
final class ResultFileSender {
    private let result: StoredResult
    private let sections: [ResultBody.Section]
    private let pool: NIOThreadPool
    private let loop: any EventLoop
    private var index = 0
    /// The bytes of the file that were given out.
    private var position = 0
    private var handle: NIOFileHandle?
    private var isAbandoned = false
    /// A slow reader gets small regions, or it would look as if it took nothing for a long time.
    private var regionLength = Limits.firstRegion
    private var regionStart = NIODeadline.uptimeNanoseconds(0)

    /// nil when there is no file in `download`.
    init?(_ download: ResultDownload, pool: NIOThreadPool, loop: any EventLoop) {
        guard !download.result.isInMemory, download.body.sections.contains(.stored) else { return nil }
        result = download.result
        sections = download.body.sections
        self.pool = pool
        self.loop = loop
    }

    deinit {
        closeFile()
    }

    /// As ``ResultSender/next(_:)``.
    func next(_ completion: @escaping (ResultSender.Piece) -> Void) {
        guard index < sections.count else {
            closeFile()
            return completion(.end)
        }
        switch sections[index] {
        case .bytes(let bytes):
            index += 1
            if bytes.isEmpty { next(completion) } else { completion(.bytes(ByteBuffer(bytes: bytes))) }
        case .stored:
            guard position < result.storedLength else {
                index += 1
                return next(completion)
            }
            sendRegion(completion)
        case .content:
            preconditionFailure("a decoded part in a body that is sent from a file")
        }
    }

    /// Gives up; no completion is called any more. Nothing that was given out is still to be sent.
    func abandon() {
        isAbandoned = true
        closeFile()
    }

    private func sendRegion(_ completion: @escaping (ResultSender.Piece) -> Void) {
        let now = loop.now
        let isQuick = position > 0 && now - regionStart < Limits.quickRegion
        regionLength = isQuick ? min(regionLength * 2, Limits.longestRegion) : Limits.firstRegion
        regionStart = now
        let range = position..<min(position + regionLength, result.storedLength)
        let (result, isFirst) = (result, handle == nil)
        pool.runIfActive(eventLoop: loop) { () -> Result<NIOFileHandle?, ResultFailure> in
            do throws(ResultFailure) {
                try result.load(range)
                guard isFirst, let descriptor = try result.openFile() else { return .success(nil) }
                return .success(NIOFileHandle(_deprecatedTakingOwnershipOfDescriptor: descriptor))
            } catch {
                return .failure(error)
            }
        }.assumeIsolated().whenComplete { [self] outcome in
            switch outcome {
            case .success(.success(let opened)):
                handle = handle ?? opened
                guard !isAbandoned, let handle else { return closeFile() }
                position = range.upperBound
                let region = FileRegion(
                    fileHandle: handle,
                    readerIndex: range.lowerBound,
                    endIndex: range.upperBound
                )
                completion(.file(.fileRegion(region)))
            case .success(.failure(let failure)):
                closeFile()
                if !isAbandoned { completion(.failed(failure)) }
            case .failure:
                if !isAbandoned { completion(.failed(.ended)) }
            }
        }
    }

    /// Only this transfer's descriptor: the result has its own, so that nothing large is freed here.
    private func closeFile() {
        guard let open = handle else { return }
        handle = nil
        try? open.close()
    }
}
