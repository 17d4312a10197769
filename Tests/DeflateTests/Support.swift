import Deflate

/// A generator whose sequence follows from its seed (SplitMix64), so that a failure can be replayed.
struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
        return value ^ (value >> 31)
    }
}

/// `length` bytes that shrink well.
func text(_ length: Int) -> [UInt8] {
    repeated(someText, length)
}

/// `length` bytes that do not shrink.
func noise(_ length: Int) -> [UInt8] {
    repeated(someNoise, length)
}

private let someText: [UInt8] = (0..<4_000).flatMap { number in
    Array(
        "{\"name\":\"a worker\",\"state\":\"processing\",\"note\":\"\(number &* 2_654_435_761 % 1_000_003)\"},\n"
            .utf8
    )
}

/// Longer than deflate's window, so that repeating it changes nothing.
private let someNoise: [UInt8] = {
    var generator = SeededGenerator(seed: 1)
    return (0..<100_003).map { _ in UInt8.random(in: 0...255, using: &generator) }
}()

private func repeated(_ bytes: [UInt8], _ length: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(length)
    while result.count < length { result += bytes.prefix(length - result.count) }
    return result
}

/// The segments of `content`, with their bytes.
func segments(
    of content: [UInt8],
    with encoder: SegmentEncoder,
    pieceLength: Int = 65_536
) -> [(segment: Segment, bytes: [UInt8])] {
    var done: [(Segment, [UInt8])] = []
    var current: [UInt8] = []
    func take(_ output: SegmentEncoder.Output) {
        switch output {
        case .bytes(let bytes): current += bytes
        case .end(let segment):
            done.append((segment, current))
            current = []
        }
    }
    content.withUnsafeBytes { bytes in
        var start = 0
        while start < bytes.count {
            let end = min(start + pieceLength, bytes.count)
            encoder.append(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), take)
            start = end
        }
    }
    encoder.finish(take)
    return done
}

/// What comes out of `input`, offered in pieces and with that much room, and how it ended.
func inflated(
    _ input: [UInt8],
    with inflater: Inflater,
    pieceLength: Int = 65_536,
    room: Int = 65_536
) -> Result<[UInt8], InflateFailure> {
    var content: [UInt8] = []
    var memory = [UInt8](repeating: 0, count: room)
    var start = 0
    while true {
        let end = min(start + pieceLength, input.count)
        let step = input[start..<end].withUnsafeBytes { bytes in
            memory.withUnsafeMutableBytes { inflater.inflate(bytes, into: $0) }
        }
        content += memory.prefix(step.produced)
        start += step.consumed
        switch step.status {
        case .failed(let failure): return .failure(failure)
        case .end: return .success(content)
        case .more: break
        }
        if start == input.count, step.produced < room {
            return inflater.finish().map(Result.failure) ?? .success(content)
        }
    }
}

/// The gzip file of `content` that the parts of this module make.
func gzip(_ content: [UInt8], level: Int = DeflateLimits.level) -> [UInt8] {
    let parts = segments(of: content, with: SegmentEncoder(level: level))
    let checksum = content.withUnsafeBytes { CRC32(of: $0) }
    return Gzip.header + parts.flatMap(\.bytes) + Gzip.lastBlock
        + Gzip.trailer(checksum: checksum, length: content.count)
}
