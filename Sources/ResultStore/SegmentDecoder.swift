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
    private var storedOffset = 0
    private var partIndex = 0
    /// The bytes of the present segment that were given out, and their checksum.
    private var partLength = 0
    private var checksum = CRC32()

    /// A decoder at the start of `result`.
    init(_ result: StoredResult) {
        self.result = result
        inflater = Inflater(format: .deflate, limit: result.length)
    }

    /// Fills `memory` with the next bytes of the content, at least one unless it has ended, and returns how many.
    func read(into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        try buffer.withMemory { (input) throws(ResultFailure) in
            while inflater.produced < result.length {
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
