import Bytes
import HTTP2
import NIOCore
import UpdateProtocol

/// A result on its way up, on a stream of its own; on the connection's event loop.
///
/// Bytes are taken as the server takes them: a write completes once little is queued, so that a slow server slows the
/// source and nothing piles up, and no report waits behind a result.
final class Upload {
    /// How it ended.
    enum Outcome: Sendable, Equatable {
        /// The server holds all of it.
        case whole
        /// The server wants none of it.
        case refused(WorkerError)
        /// The stream or what the server held is gone; sending it again may help.
        case lost(String)
    }

    /// How it begins.
    enum Start: Sendable, Equatable {
        /// With this byte.
        case at(UInt64)
        /// Not at all.
        case over(Outcome)
    }

    private let connection: ServerConnection
    private let stream: StreamID
    private var frames = ServerFrames()
    private(set) var outcome: Outcome?
    /// How many bytes an earlier upload of the same result may have brought to the server.
    private let offset: UInt64
    /// The byte to go on with, once that is known.
    private var first: UInt64?
    private var started: EventLoopPromise<Start>?
    private var room: EventLoopPromise<Outcome?>?
    private var finished: EventLoopPromise<Outcome>?
    /// The only transfer of its stream.
    private static let transfer: UInt32 = 0

    init(_ heading: ResultHeading, _ stream: StreamID, _ connection: ServerConnection) {
        self.connection = connection
        self.stream = stream
        offset = heading.offset
        // From the beginning on it may go at once.
        first = offset == 0 ? 0 : nil
        var begin = OutputBuffer(capacity: 256)
        begin.appendResultBegin(
            transfer: Self.transfer,
            taskID: heading.taskID,
            attempt: heading.attempt,
            coding: heading.isGzip ? .gzip : .identity,
            offset: heading.offset,
            mediaType: heading.mediaType,
            name: heading.name
        )
        begin.withBytes { connection.http2.write(stream, $0) }
    }

    // MARK: The worker's side

    /// Completes with the byte to begin with.
    func start(_ promise: EventLoopPromise<Start>) {
        if let outcome {
            promise.succeed(.over(outcome))
        } else if let first {
            promise.succeed(.at(first))
        } else {
            started = promise
        }
    }

    /// Sends `bytes` and completes when there is room for more, with the outcome if there is one already.
    func write(_ bytes: [UInt8], _ promise: EventLoopPromise<Outcome?>) {
        if let outcome { return promise.succeed(outcome) }
        bytes.withUnsafeBytes { bytes in
            var rest = bytes[...]
            while !rest.isEmpty {
                let piece = rest.prefix(Limits.resultFrameBytes)
                rest = rest.dropFirst(piece.count)
                var frame = OutputBuffer(capacity: piece.count + 16)
                frame.appendResultBytes(transfer: Self.transfer, UnsafeRawBufferPointer(rebasing: piece))
                frame.withBytes { connection.http2.write(stream, $0) }
            }
        }
        connection.writeOutput()
        if let outcome {
            promise.succeed(outcome)
        } else if connection.http2.queuedBytes(stream) > Limits.queuedBytes / 4 {
            room = promise
        } else {
            promise.succeed(nil)
        }
    }

    /// Says that `length` bytes were all, and completes with the server's word.
    func finish(length: UInt64, _ promise: EventLoopPromise<Outcome>) {
        if let outcome { return promise.succeed(outcome) }
        finished = promise
        var end = OutputBuffer(capacity: 32)
        end.appendResultEnd(transfer: Self.transfer, length: length)
        end.withBytes { connection.http2.write(stream, $0) }
        connection.http2.finish(stream)
        connection.writeOutput()
    }

    /// The worker has no more to give: the server forgets what it holds.
    func abandon() {
        guard outcome == nil else { return }
        end(.lost("abandoned"))
        connection.http2.reset(stream, .cancel)
        connection.writeOutput()
    }

    // MARK: The server's side

    func receive(_ bytes: UnsafeRawBufferPointer) {
        for frame in frames.decode(bytes) {
            switch frame {
            case .refusal(_, let reason, let state, let detail):
                end(.refused(.refused(reason, state: state, detail: detail)))
            case .result(.whole): end(.whole)
            case .result(.open(let held)): begin(at: held)
            case .result(.gone): end(.lost("the server dropped the result"))
            case .error(let reason): end(.lost(reason))
            case .goodbye(let reason, _): end(.lost(reason))
            default: break
            }
        }
    }

    private func begin(at held: UInt64) {
        guard first == nil else { return }
        // A server that names more than it was sent has bytes of something else.
        guard held <= offset else { return end(.lost("the server holds more than it was sent")) }
        first = held
        started?.succeed(.at(held))
        started = nil
    }

    func drained() {
        room?.succeed(nil)
        room = nil
    }

    /// Only the first outcome counts. A stream whose outcome is known before its end is of no more use.
    func end(_ outcome: Outcome) {
        guard self.outcome == nil else { return }
        self.outcome = outcome
        started?.succeed(.over(outcome))
        started = nil
        room?.succeed(outcome)
        room = nil
        if let finished {
            finished.succeed(outcome)
            self.finished = nil
        } else {
            connection.http2.reset(stream, .cancel)
        }
    }
}

/// What a result is announced with.
struct ResultHeading: Sendable {
    var taskID: String
    var attempt: UInt32
    /// How many bytes the server may have from an earlier stream.
    var offset: UInt64 = 0
    var mediaType: String
    var name: String
    var isGzip: Bool
}
