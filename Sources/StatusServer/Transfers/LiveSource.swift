import NIOCore
import NIOPosix
import ResultStore
import StatusCore

/// Brings a result to a reader while it arrives. Belongs to the connection's event loop.
///
/// It looks at the job and at the writer ten times a second, which costs next to nothing and needs no place in any list
/// that a reader who goes away would have to be taken out of.
final class LiveSource {
    private let download: LiveDownload
    private let services: ServerServices
    private let loop: any EventLoop
    private let snapshot = JobSnapshot()
    /// The content bytes that were given out.
    private var position = 0
    /// What is being given out at the moment.
    private var reader: ResultReader?
    /// Where the bytes that were given out came from.
    private var writer: ResultWriter?
    private var wholeID: UInt64?
    /// Without `follow`, the end of what there was at the first look.
    private var end: Int?
    private var look: Scheduled<Void>?
    private var isAbandoned = false
    /// True while nothing is being sent because nothing has come.
    private(set) var isIdle = false

    init(_ download: LiveDownload, services: ServerServices, loop: any EventLoop) {
        self.download = download
        self.services = services
        self.loop = loop
    }

    /// As ``ResultSender/next(_:)``.
    func next(_ completion: @escaping (ResultSender.Piece) -> Void) {
        isIdle = false
        if let reader { return give(reader, completion) }
        let job = download.job
        guard case .found = services.table.read(job.id, at: services.clock.now(), into: snapshot),
            snapshot.reference == job.reference, snapshot.attempt == job.attempt
        else { return completion(.failed(.ended)) }
        switch snapshot.state {
        case .completed: finish(completion)
        case .failed, .cancelled: completion(.failed(.ended))
        case .queued, .processing: goOn(completion)
        }
    }

    /// Gives up; no completion is called any more.
    func abandon() {
        isAbandoned = true
        look?.cancel()
    }

    /// The job has completed: what is missing comes from its result, if that is what was being sent.
    private func finish(_ completion: @escaping (ResultSender.Piece) -> Void) {
        let id = snapshot.resultID.rawValue
        guard snapshot.resultID != .none, let result = services.results.result(id) else {
            return completion(position == 0 ? .end : .failed(.ended))
        }
        if position == 0 || wholeID == id { return give(result, isLast: true, completion) }
        guard let writer else { return completion(.failed(.ended)) }
        let wall = services.clock.now().wall
        run({ writer.stage(at: wall) }, completion) { [self] stage in
            guard case .stored(id) = stage else { return completion(.failed(.ended)) }
            give(result, isLast: true, completion)
        }
    }

    private func goOn(_ completion: @escaping (ResultSender.Piece) -> Void) {
        if let arriving = services.results.arriving(download.job.key), arriving !== writer {
            // Another transfer begins at the beginning; what was given out may not be the same bytes.
            guard position == 0 else { return completion(.failed(.ended)) }
            writer = arriving
        }
        guard let writer, wholeID == nil else { return showWhole(completion) }
        let wall = services.clock.now().wall
        run({ writer.stage(at: wall) }, completion) { [self] stage in
            switch stage {
            case .arriving(let result?) where result.length > position: give(result, isLast: false, completion)
            case .arriving: wait(completion)
            case .stored(let id):
                wholeID = id
                showWhole(completion)
            case .over: completion(position == 0 ? .end : .failed(.ended))
            }
        }
    }

    /// The result is whole, or nothing of it has come; the job goes on.
    private func showWhole(_ completion: @escaping (ResultSender.Piece) -> Void) {
        if wholeID == nil, snapshot.stagedResultID != .none { wholeID = snapshot.stagedResultID.rawValue }
        if let wholeID, let result = services.results.result(wholeID), result.length > position {
            give(result, isLast: false, completion)
        } else {
            wait(completion)
        }
    }

    private func give(_ result: StoredResult, isLast: Bool, _ completion: @escaping (ResultSender.Piece) -> Void) {
        if !download.follows, end == nil { end = result.length }
        let upper = min(result.length, end ?? .max)
        guard position < upper else { return isLast || end != nil ? completion(.end) : wait(completion) }
        let reader = ResultReader(result, ResultBody([.content(position..<upper)], of: result))
        self.reader = reader
        give(reader, completion)
    }

    private func give(_ reader: ResultReader, _ completion: @escaping (ResultSender.Piece) -> Void) {
        run({ ResultSender.read(reader) }, completion) { [self] read in
            switch read {
            case .bytes(let bytes):
                position += bytes.readableBytes
                completion(.bytes(bytes))
            case .end:
                self.reader = nil
                if let end, position >= end { return completion(.end) }
                next(completion)
            case .failed(let failure): completion(.failed(failure))
            }
        }
    }

    /// Looks again soon; a reader who does not follow gets what there was.
    private func wait(_ completion: @escaping (ResultSender.Piece) -> Void) {
        guard download.follows else { return completion(.end) }
        isIdle = true
        look = loop.assumeIsolated().scheduleTask(in: Limits.liveInterval) { [self] in
            if !isAbandoned { next(completion) }
        }
    }

    private func run<Value: Sendable>(
        _ job: @escaping @Sendable () -> Value,
        _ completion: @escaping (ResultSender.Piece) -> Void,
        then: @escaping (Value) -> Void
    ) {
        services.transferPool.runIfActive(eventLoop: loop, job).assumeIsolated().whenComplete { [self] outcome in
            guard !isAbandoned else { return }
            switch outcome {
            case .success(let value): then(value)
            case .failure: completion(.failed(.ended))
            }
        }
    }
}
