import UpdateProtocol

/// One frame that came down, as far as the tests look at it.
enum DownFrame: Equatable, Sendable {
    case welcome(epoch: UInt64, resumed: Bool = false)
    case acknowledgement(UInt64)
    /// An acknowledgement of a server that keeps jobs.
    case watermarks(applied: UInt64, durable: UInt64)
    case refusal(UInt64, RefusalReason, Subject, state: ReportedState = .none, attempt: UInt32 = 0)
    case cancel(UInt32, String)
    case result(UInt32, held: UInt64, TransferState)
    case expired(UInt32)
    case slowDown(UInt32)
    case goodbye(GoodbyeReason)
    case error(ErrorCode, UInt64 = 0)
    case undecodable
}

/// Writes down what comes down.
struct DownFrameRecorder: DownFrameHandler {
    var frames: [DownFrame] = []

    private mutating func record(_ frame: DownFrame) -> Flow {
        frames.append(frame)
        return .proceed
    }

    mutating func welcome(_ frame: WelcomeFrame) -> Flow {
        record(.welcome(epoch: frame.epoch, resumed: frame.isResumed))
    }

    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        record(durable.map { .watermarks(applied: applied, durable: $0) } ?? .acknowledgement(applied))
    }

    mutating func refusal(_ frame: RefusalFrame) -> Flow {
        record(.refusal(frame.sequence, frame.reason, frame.subject, state: frame.state, attempt: frame.attempt))
    }

    mutating func cancel(_ frame: CancelFrame) -> Flow {
        record(.cancel(frame.handle, String(decoding: frame.reason, as: UTF8.self)))
    }

    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow {
        record(.result(transfer, held: held, state))
    }

    mutating func expired(handle: UInt32) -> Flow { record(.expired(handle)) }
    mutating func slowDown(milliseconds: UInt32) -> Flow { record(.slowDown(milliseconds)) }

    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow {
        record(.goodbye(reason))
    }

    mutating func error(_ frame: ErrorFrame) -> Flow { record(.error(frame.code, frame.sequence)) }
}
