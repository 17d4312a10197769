internal import Deflate

/// Decodes a result's segments one after the other, and checks each against its index entry.
///
/// It belongs to one ``ResultReader``, which lets one thread in at a time.
final class SegmentDecoder {
    private let result: StoredResult
    private let inflater: Inflater
    private let buffer = PieceBuffer(capacity: ResultLimits.readLength)
    /// The stored bytes in the buffer that are still to be decoded.
    private var pending = 0..<0
    /// The stored bytes read so far.
    private var storedOffset: Int
    private var partIndex: Int
    /// The content bytes before the part that decoding began with.
    private let start: Int
    /// The decoded bytes that are still to be dropped, because the part begins before what is wanted.
    private var skipped: Int
    /// The bytes of the present segment that were given out, and their checksum.
    private var partLength = 0
    private var checksum = CRC32()

    /// A decoder of what `result` holds from `offset` on; at most one segment is decoded in vain.
    init(_ result: StoredResult, from offset: Int = 0) {
        self.result = result
        partIndex = result.indexOfPart(at: offset)
        let part = partIndex < result.parts.count ? result.parts[partIndex] : nil
        start = part?.offset ?? 0
        storedOffset = part?.storedOffset ?? 0
        skipped = offset - start
        inflater = Inflater(format: .deflate, limit: result.length - start)
    }

    /// Fills `memory` with the next bytes of the content, at least one unless it has ended, and returns how many.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        while skipped > 0 {
            let count = try withUnsafeTemporaryAllocation(byteCount: ResultLimits.skipLength, alignment: 16) {
                (scratch) throws(ResultFailure) in
                try decode(into: UnsafeMutableRawBufferPointer(rebasing: scratch.prefix(skipped)))
            }
            guard count > 0 else { throw .damaged }
            skipped -= count
        }
        return try decode(into: memory)
    }

    private func decode(into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        try buffer.withMemory { (input) throws(ResultFailure) in
            while inflater.produced < result.length - start {
                if pending.isEmpty, storedOffset < result.storedLength {
                    pending = 0..<(try result.content.read(at: storedOffset, into: input))
                    storedOffset += pending.count
                }
                let step = inflater.inflate(UnsafeRawBufferPointer(rebasing: input[pending]), into: memory)
                pending = pending.lowerBound + step.consumed..<pending.upperBound
                // Without progress, though all the input was offered, the blocks hold less than the index says.
                let isStuck = step.produced == 0 && step.consumed == 0 && storedOffset == result.storedLength
                guard step.status == .more, !isStuck else { throw .damaged }
                try check(UnsafeRawBufferPointer(rebasing: memory.prefix(step.produced)))
                if step.produced > 0 { return step.produced }
            }
            return 0
        }
    }

    /// Sums up what was decoded, and compares at each segment's end.
    private func check(_ bytes: UnsafeRawBufferPointer) throws(ResultFailure) {
        var rest = bytes
        while !rest.isEmpty {
            let segment = result.parts[partIndex].segment
            let piece = UnsafeRawBufferPointer(rebasing: rest.prefix(segment.length - partLength))
            rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(piece.count))
            checksum.update(piece)
            partLength += piece.count
            guard partLength == segment.length else { continue }
            guard checksum == segment.checksum else { throw .damaged }
            partIndex += 1
            partLength = 0
            checksum = CRC32()
        }
    }
}
