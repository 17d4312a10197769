import Bytes
import JSON

/// The verdict on `bytes`, fed in pieces of `pieceLength`.
func verdict(on bytes: [UInt8], pieceLength: Int = .max, maximumDepth: Int = JSONLimits.depth) -> JSONFailure? {
    var validator = JSONValidator(maximumDepth: maximumDepth)
    var start = 0
    while start < bytes.count {
        let end = start + min(pieceLength, bytes.count - start)
        if let failure = validator.feed(Array(bytes[start..<end])) { return failure }
        start = end
    }
    return validator.finish()
}

/// What `body` writes, as text.
func written(_ body: (inout OutputBuffer) -> Void) -> String {
    var output = OutputBuffer()
    body(&output)
    return String(decoding: output.copy(), as: UTF8.self)
}

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
