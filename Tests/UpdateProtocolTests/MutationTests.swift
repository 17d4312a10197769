import Testing
import UpdateProtocol

@Suite("Damaged streams")
struct MutationTests {
    @Test(
        "However a stream is damaged, it means the same wherever it is cut, and an error is final",
        .tags(.unit010),
        arguments: [UInt64](1...8)
    )
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<1_000 {
            let vector = TestVector.streams[Int.random(in: 0..<TestVector.streams.count, using: &generator)]
            var stream = vector.stream
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&stream, using: &generator) }
            let cuts = (0..<Int.random(in: 1...6, using: &generator))
                .map { _ in Int.random(in: 0...stream.count, using: &generator) }
                .sorted()
            let whole = Transcript(vector.direction, whole: stream)
            let cut = Transcript(vector.direction, stream, cuts: cuts)
            guard cut == whole else {
                Issue.record("seed \(seed), round \(round): \(hex(stream)) cut at \(cuts)\n\(whole)\n\(cut)")
                return
            }
        }
    }

    @Test("Noise is either frames or an error, never a crash", arguments: [UInt64](1...4))
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let hello = written { $0.appendHello() }
        for round in 0..<1_000 {
            let noise = (0..<Int.random(in: 0...64, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
            let whole = Transcript(.up, whole: hello + noise)
            let bytewise = Transcript(.up, hello + noise, cuts: Array(1...(hello.count + noise.count)))
            #expect(whole == bytewise, "seed \(seed), round \(round): \(hex(noise))")
        }
    }

    private func mutate(_ stream: inout [UInt8], using generator: inout SeededGenerator) {
        let position = Int.random(in: 0...stream.count, using: &generator)
        let rest = stream.count - position
        switch Int.random(in: 0..<7, using: &generator) {
        case 0 where rest > 0:
            stream[position] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
        case 1 where rest > 0:
            // The values at which something changes: lengths of integers, classes of types, ends of ranges.
            let edges: [UInt8] = [0x00, 0x01, 0x1F, 0x20, 0x3F, 0x40, 0x41, 0x42, 0x7F, 0x80, 0x81, 0xBF, 0xC0, 0xFF]
            stream[position] = edges.randomElement(using: &generator) ?? 0
        case 2:
            stream.insert(UInt8.random(in: 0...255, using: &generator), at: position)
        case 3 where rest > 0:
            stream.remove(at: position)
        case 4:
            stream.removeSubrange(position...)
        case 5:
            let piece = stream[position..<(position + Int.random(in: 0...min(rest, 32), using: &generator))]
            stream.insert(contentsOf: piece, at: Int.random(in: 0...stream.count, using: &generator))
        default:
            let other = TestVector.streams.randomElement(using: &generator)?.stream ?? []
            stream.insert(contentsOf: other.prefix(64), at: position)
        }
    }
}
