/// Decompresses what comes in pieces, never more than asked for at a time.
///
/// It holds about 40 KiB whatever comes, and belongs to one thread at a time.
public final class Inflater {
    /// What the bytes are.
    public enum Format: Sendable {
        /// Deflate blocks alone (RFC 1951), such as segments.
        case deflate
        /// A gzip file (RFC 1952): one member or several, one after the other, whose contents are put together (§2.2)
        /// as `gzip` and `pigz` write and read them. Each checksum and length is verified. Anything else after a
        /// member, also padding with zeros, is an error.
        case gzip
    }

    /// How a call ended.
    public enum Status: Sendable, Equatable {
        /// All is well; more input, or more room for output, is needed.
        case more
        /// The last deflate block has been read; ``Format/deflate`` only.
        case end
        /// It is not what it should be; what came out before is of no use.
        case failed(InflateFailure)
    }

    /// What a call did.
    public struct Step: Sendable, Equatable {
        /// The bytes taken from the input.
        public let consumed: Int
        /// The bytes written to the output.
        public let produced: Int
        /// How it ended.
        public let status: Status

        /// A step that did this.
        public init(consumed: Int, produced: Int, status: Status) {
            self.consumed = consumed
            self.produced = produced
            self.status = status
        }
    }

    private enum Position {
        case atStart
        case inside
        case betweenMembers
        case failed(InflateFailure)
    }

    private let format: Format
    private let limit: Int
    private let stream: InflateStream
    private var position = Position.atStart
    /// The bytes given out so far.
    public private(set) var produced = 0

    /// A decoder that fails as soon as more than `limit` bytes come out: a kilobyte of gzip can hold a megabyte.
    public init(format: Format, limit: Int = .max) {
        precondition(limit >= 0, "limit of \(limit) bytes")
        self.format = format
        self.limit = limit
        stream = InflateStream(isGzip: format == .gzip)
    }

    /// Decodes `input` into `output`, until one of them is used up.
    ///
    /// Call it again with the rest of the input, and with empty input too as long as it fills the output.
    public func inflate(_ input: UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Step {
        if case .failed(let failure) = position { return Step(consumed: 0, produced: 0, status: .failed(failure)) }
        if case .betweenMembers = position {
            guard !input.isEmpty, format == .gzip else {
                return Step(consumed: 0, produced: 0, status: format == .gzip ? .more : .end)
            }
            stream.reset()
            position = .inside
        } else if !input.isEmpty {
            position = .inside
        }
        // One byte more than the limit leaves room to see that there is one.
        let allowed = limit - produced < output.count ? limit - produced + 1 : output.count
        let room = UnsafeMutableRawBufferPointer(rebasing: output.prefix(allowed))
        let step = stream.decompress(input, into: room)
        produced += step.produced
        return Step(consumed: step.consumed, produced: step.produced, status: judge(step.status))
    }

    /// Says that the input has ended, and returns what is wrong with that, if anything is.
    ///
    /// Deflate blocks may end anywhere, because segments do; a gzip file may not, and it has at least one member.
    public func finish() -> InflateFailure? {
        switch (position, format) {
        case (.failed(let failure), _): failure
        case (.betweenMembers, _), (_, .deflate): nil
        default: .truncated
        }
    }

    /// Forgets everything, to begin anew.
    public func reset() {
        stream.reset()
        position = .atStart
        produced = 0
    }

    private func judge(_ status: InflateStream.Status) -> Status {
        if status == .corrupt {
            position = .failed(.corrupt)
            return .failed(.corrupt)
        }
        if produced > limit {
            position = .failed(.tooLong)
            return .failed(.tooLong)
        }
        guard status == .end else { return .more }
        position = .betweenMembers
        return format == .gzip ? .more : .end
    }
}

/// Why compressed bytes cannot be decoded.
public enum InflateFailure: Error, Sendable {
    /// Not deflate, or not gzip, or a wrong checksum or length, or something after the end.
    case corrupt
    /// The bytes end before the gzip file does.
    case truncated
    /// More came out than the caller's limit.
    case tooLong
}
