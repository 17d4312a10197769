/// Compresses a run of bytes, cut into pieces anyhow, into segments.
///
/// Each segment holds ``segmentLength`` bytes of input, the last one the rest, and ends with a full flush, so it can be
/// decoded alone; put one after the other they are one deflate stream without an end (RFC 1951; ``Gzip/lastBlock`` ends
/// it). Where bytes do not shrink zlib itself writes stored blocks; after a segment that did not shrink, the next ones
/// are stored without trying. It holds about 320 KiB whatever comes, and belongs to one thread at a time.
public final class SegmentEncoder {
    /// What comes out.
    public enum Output {
        /// The next bytes of the segment that is being written, valid during the call only.
        case bytes(UnsafeRawBufferPointer)
        /// The segment whose bytes were given out since the one before is whole.
        case end(Segment)
    }

    /// The input that a segment holds, in bytes.
    public let segmentLength: Int

    private let canCompress: Bool
    private let stream: DeflateStream
    private let buffer = PieceBuffer()
    private var length = 0
    private var storedLength = 0
    private var checksum = CRC32()
    /// How many segments are still to be stored without trying.
    private var storedSegments = 0

    /// An encoder at `level`, from 0 (stored) to 9 (smallest), with `segmentLength` bytes of input a segment.
    public init(level: Int = DeflateLimits.level, segmentLength: Int = DeflateLimits.segmentLength) {
        precondition(segmentLength > 0, "segments of \(segmentLength) bytes")
        self.segmentLength = segmentLength
        canCompress = level > 0
        stream = DeflateStream(level: level)
    }

    /// Takes the next bytes, and gives out what is ready of their segments.
    public func append<E: Error>(
        _ bytes: UnsafeRawBufferPointer,
        _ emit: (Output) throws(E) -> Void
    ) throws(E) {
        var rest = bytes
        while !rest.isEmpty {
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(segmentLength - length))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            length += piece.count
            checksum.update(piece)
            try compress(piece, flush: length == segmentLength, emit)
            if length == segmentLength { try endSegment(emit) }
        }
    }

    /// Ends the segment that is being written, if it has any content; the next bytes begin a new one.
    public func finish<E: Error>(_ emit: (Output) throws(E) -> Void) throws(E) {
        guard length > 0 else { return }
        try compress(UnsafeRawBufferPointer(start: nil, count: 0), flush: true, emit)
        try endSegment(emit)
    }

    /// Forgets everything, also what a throwing `emit` left behind, to begin anew.
    public func reset() {
        stream.reset()
        beginSegment()
        chooseMethod(storedSegments: 0)
    }

    private func compress<E: Error>(
        _ piece: UnsafeRawBufferPointer,
        flush: Bool,
        _ emit: (Output) throws(E) -> Void
    ) throws(E) {
        try buffer.withMemory { (memory) throws(E) in
            var rest = piece
            var isFull = true
            // A full buffer means that there may be more, also when all the input is taken.
            while isFull || !rest.isEmpty {
                let step = stream.compress(rest, into: memory, flush: flush)
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(step.consumed))
                isFull = step.produced == memory.count
                storedLength += step.produced
                guard step.produced > 0 else { continue }
                try emit(.bytes(UnsafeRawBufferPointer(rebasing: memory.prefix(step.produced))))
            }
        }
    }

    private func endSegment<E: Error>(_ emit: (Output) throws(E) -> Void) throws(E) {
        let segment = Segment(length: length, storedLength: storedLength, checksum: checksum)
        // A segment that was ended early says nothing about the ones to come.
        let isWorthwhile = length < segmentLength || storedLength * 64 <= length * DeflateLimits.worthwhile
        beginSegment()
        if storedSegments > 0 {
            chooseMethod(storedSegments: storedSegments - 1)
        } else {
            chooseMethod(storedSegments: isWorthwhile ? 0 : DeflateLimits.storedRun)
        }
        try emit(.end(segment))
    }

    private func beginSegment() {
        length = 0
        storedLength = 0
        checksum = CRC32()
    }

    private func chooseMethod(storedSegments count: Int) {
        let wasStoring = storedSegments > 0
        storedSegments = count
        if canCompress, wasStoring != (count > 0) { stream.setCompressing(count == 0) }
    }
}
