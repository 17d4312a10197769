/// What a worker does with each frame of the server. Texts are valid during the call only.
public protocol DownFrameHandler {
    /// The first frame of a stream that the server accepts; the decoder has checked that it comes once.
    mutating func welcome(_ frame: WelcomeFrame) -> Flow
    /// Every item up to `applied` is applied or refused; every one up to `durable` survives a loss of power. `durable`
    /// is nil where the server is ephemeral, or says nothing new of it.
    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow
    mutating func refusal(_ frame: RefusalFrame) -> Flow
    mutating func cancel(_ frame: CancelFrame) -> Flow
    /// The server holds `held` of the transfer's coded bytes.
    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow
    /// The job's time is over; the handle is free.
    mutating func expired(handle: UInt32) -> Flow
    /// Send no progress for this time; state changes may go on.
    mutating func slowDown(milliseconds: UInt32) -> Flow
    /// Send what is pending, then goodbye; come back after the time given. More frames may follow.
    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow
    /// The stream is over; no frame follows.
    mutating func error(_ frame: ErrorFrame) -> Flow
    /// An optional frame of a type that this version does not know.
    mutating func skipped(type: UInt8) -> Flow
}

extension DownFrameHandler {
    public mutating func skipped(type: UInt8) -> Flow { .proceed }
}
