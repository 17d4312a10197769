import UpdateProtocol

/// The frames of a server's stream as values.
///
/// What comes down is little (an acknowledgement every few milliseconds, now and then a cancel), so an array costs
/// nothing that matters.
struct ServerFrames: ~Copyable {
    private var decoder = DownFrameDecoder()

    /// The frames that `bytes`, the continuation of the stream, complete; a stream that cannot be read ends with an
    /// error.
    mutating func decode(_ bytes: UnsafeRawBufferPointer) -> [DownFrame] {
        var collector = Collector()
        switch decoder.decode(bytes, into: &collector) {
        case .ok: break
        case .stopped: collector.frames.append(.error("the server's frames stopped"))
        case .failed(let error): collector.frames.append(.error("the server sent what cannot be read: \(error)"))
        }
        return collector.frames
    }
}

private struct Collector: DownFrameHandler {
    var frames: [DownFrame] = []

    private mutating func take(_ frame: DownFrame) -> Flow {
        frames.append(frame)
        return .proceed
    }

    mutating func welcome(_ frame: WelcomeFrame) -> Flow {
        take(
            .welcome(
                Welcome(
                    maximumHandles: frame.limits.maximumHandles,
                    heartbeatMilliseconds: frame.heartbeatInterval,
                    epoch: frame.epoch,
                    isResumed: frame.isResumed,
                    isEphemeral: frame.isEphemeral
                )
            )
        )
    }

    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        take(.acknowledgement(applied: applied, durable: durable))
    }

    mutating func refusal(_ frame: RefusalFrame) -> Flow {
        take(
            .refusal(
                sequence: frame.sequence,
                RefusalReason(frame.reason),
                state: RemoteState(frame.state),
                detail: String(decoding: frame.detail, as: UTF8.self)
            )
        )
    }

    mutating func cancel(_ frame: CancelFrame) -> Flow {
        let deadline: Duration? = frame.deadline == 0 ? nil : .milliseconds(Int64(frame.deadline))
        let cancellation = Cancellation(reason: String(decoding: frame.reason, as: UTF8.self), deadline: deadline)
        return take(.cancel(handle: frame.handle, cancellation))
    }

    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow {
        switch state {
        case .whole: take(.result(.whole))
        case .gone: take(.result(.gone))
        default: take(.result(.open(held: held)))
        }
    }

    mutating func expired(handle: UInt32) -> Flow {
        take(.expired(handle: handle))
    }

    mutating func slowDown(milliseconds: UInt32) -> Flow {
        take(.slowDown(milliseconds: milliseconds))
    }

    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow {
        let words = reason == .reconnect ? "the server asks for a new stream" : "the server shuts down"
        return take(.goodbye(reason: words, retryAfterMilliseconds: milliseconds))
    }

    mutating func error(_ frame: ErrorFrame) -> Flow {
        let text = String(decoding: frame.text, as: UTF8.self)
        let words = text.isEmpty ? "error \(frame.code.rawValue)" : text
        return switch frame.code {
        case .displaced: take(.dismissal(.displaced))
        // Coming back would repeat the defect.
        case .integerTooLong, .frameTooLong, .unsupportedFrame, .badOpening, .afterGoodbye, .truncated,
            .malformedFrame, .unsupportedVersion, .notAllowed:
            take(.dismissal(.rejected(words)))
        default: take(.error("the server ended the stream: \(words)"))
        }
    }
}

extension RefusalReason {
    fileprivate init(_ reason: UpdateProtocol.RefusalReason) {
        self =
            switch reason {
            case .unknownJob: .unknownJob
            case .alreadyFinished: .alreadyFinished
            case .expired: .expired
            case .attemptIsOver: .attemptIsOver
            case .boundElsewhere: .boundElsewhere
            case .notAllowed: .notAllowed
            case .malformed: .malformed
            case .malformedResult: .malformedResult
            case .overQuota: .overQuota
            default: .other
            }
    }
}

extension RemoteState {
    fileprivate init?(_ state: ReportedState) {
        switch state {
        case .queued: self = .queued
        case .processing: self = .processing
        case .completed: self = .completed
        case .failed: self = .failed
        case .cancelled: self = .cancelled
        default: return nil
        }
    }
}
