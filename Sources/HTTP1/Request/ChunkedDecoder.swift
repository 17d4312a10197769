/// Reads a chunked body (RFC 9112 section 7.1), strictly, in one pass and without keeping any of it.
///
/// Sans-IO: hand over what arrived, take the data out of each ``Step``, and go on behind what was consumed. Extensions
/// and trailer fields are checked and dropped (RFC 9112 sections 7.1.1 and 7.1.2 allow it). Whitespace in a chunk's
/// first line is refused: senders must not send it, and parsers that skip it disagree about where chunks end.
public struct ChunkedDecoder: Sendable {
    /// What one call of ``decode(_:from:)`` found.
    public struct Step: Sendable, Equatable {
        /// Where the next call goes on, as an offset into the bytes given.
        public let next: Int
        /// Where content stands in the bytes given; may be empty.
        public let data: Range<Int>
        /// Whether there is more to come.
        public let state: State
    }

    /// Whether a body has come to its end.
    public enum State: Sendable, Equatable {
        /// There may be more in the bytes given, behind ``Step/next``; when that is their end, more must arrive.
        case more
        /// The body is whole; what stands behind ``Step/next`` is the next request.
        case end
        /// The body is refused; the connection must end after the answer. Every further call says the same.
        case failed(RequestFailure)
    }

    /// What comes next.
    enum Phase: Equatable {
        /// A digit of the chunk size, or what ends it: then `extensions` or `sizeEnd`.
        case size
        /// The extensions; then `sizeEnd`.
        case extensions
        /// The line feed of the first line; then `data`, or `trailerStart` after the last chunk.
        case sizeEnd
        /// Content; then `dataReturn`.
        case data
        /// The carriage return behind the content; then `dataEnd`.
        case dataReturn
        /// The line feed behind the content; then `size`.
        case dataEnd
        /// The first byte of a trailer line or of the empty line; then `trailerName` or `end`.
        case trailerStart
        /// More of a trailer's name, or its colon; then `trailerValue`.
        case trailerName
        /// More of a trailer's value, or its carriage return; then `trailerEnd`.
        case trailerValue
        /// The line feed behind a trailer line; then `trailerStart`.
        case trailerEnd
        /// The line feed that ends the body; then `done`.
        case end
        /// The body was whole.
        case done
        case failed(RequestFailure)
    }

    var phase = Phase.size
    /// Bytes of the present chunk that are still to come; while its size is read, the size so far.
    var remaining = 0
    /// Digits of the size or bytes of the extensions, as the phase has it.
    var length = 0
    /// Where the reading of the extensions stands.
    var extensions = ChunkExtensions()
    /// The name of the present trailer.
    var trailerName = TrailerName()
    /// Bytes of the trailer section so far.
    var trailerLength = 0
    /// Content that may still come before the limit.
    var allowance: Int

    /// A decoder for one body of at most `limit` bytes of content; more is ``RequestFailure/bodyTooLarge``, said as
    /// soon as a chunk announces it.
    public init(limit: Int = RequestLimits.defaultBodyBytes) {
        precondition(limit >= 0, "negative limit \(limit)")
        allowance = limit
    }

    /// Reads on in `bytes` from `start`, up to the end of one piece of content, of the body, or of the bytes.
    ///
    /// Call again from ``Step/next`` while the state is ``State/more`` and bytes are left.
    public mutating func decode(_ bytes: UnsafeRawBufferPointer, from start: Int = 0) -> Step {
        let view = unsafe ByteView(bytes)
        precondition(start >= 0 && start <= view.count, "decode() from \(start) of \(view.count) bytes")
        var position = start
        while true {
            if case .failed(let failure) = phase {
                return Step(next: position, data: position..<position, state: .failed(failure))
            }
            if phase == .done { return Step(next: position, data: position..<position, state: .end) }
            guard position < view.count else {
                return Step(next: position, data: position..<position, state: .more)
            }
            if phase == .data {
                let end = position &+ min(remaining, view.count &- position)
                remaining &-= end &- position
                if remaining == 0 { phase = .dataReturn }
                return Step(next: end, data: position..<end, state: .more)
            }
            read(view[position])
            position &+= 1
        }
    }
}
