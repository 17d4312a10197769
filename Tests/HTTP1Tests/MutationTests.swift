import HTTP1
import Testing

/// Seeds are fixed, so that a failure can be replayed; raise `rounds` for a longer hunt.
@Suite("Mutated and random bytes")
struct MutationTests {
    private static let rounds = 300
    private static let seeds: [UInt64] = [1, 2, 3, 4]

    /// What mutations put in: the characters that decide something, and pieces that mean something.
    private static let pieces: [[UInt8]] =
        ["\r", "\n", "\r\n", " ", "\t", ":", ",", ";", "\"", "\\", "%", "?", "#", "\u{0}", "\u{7f}", "0", "f", "%0"]
        .map { Array($0.utf8) }
        + [[0x80], [0xff], Array("\r\nContent-Length: 1".utf8), Array("\r\nTransfer-Encoding: chunked".utf8)]

    private static let corpus: [[UInt8]] =
        (Samples.accepted + Samples.refused.map(\.0) + ChunkedSamples.all).map(\.bytes)
        + ["attachment; filename=\"a\\\"b\"; filename*=UTF-8''%e2%82%ac", "gzip;q=0.5, *;q=0", "a/b; c=\"d\""]
        .map { Array($0.utf8) }

    @Test("Mutated requests never trap and never depend on how they are cut", arguments: seeds)
    func mutations(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<MutationTests.rounds {
            var bytes = try #require(MutationTests.corpus.randomElement(using: &generator))
            for _ in 0..<Int.random(in: 1...4, using: &generator) { mutate(&bytes, &generator) }
            let problem = exercise(bytes, cuts: cuts(bytes.count, &generator))
            #expect(problem == nil, "seed \(seed), round \(round): \(String(decoding: bytes, as: UTF8.self))")
        }
    }

    @Test("Random bytes never trap", arguments: seeds)
    func noise(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for round in 0..<MutationTests.rounds {
            let length = Int.random(in: 0...300, using: &generator)
            // Half of the rounds stay within the characters that get furthest.
            let range: ClosedRange<UInt8> = round.isMultiple(of: 2) ? 0...255 : 0x20...0x7e
            let bytes = (0..<length).map { _ in UInt8.random(in: range, using: &generator) }
            #expect(exercise(bytes, cuts: cuts(length, &generator)) == nil, "seed \(seed), round \(round)")
        }
    }

    private func mutate(_ bytes: inout [UInt8], _ generator: inout SeededGenerator) {
        let index = Int.random(in: 0...bytes.count, using: &generator)
        let end = min(bytes.count, index + Int.random(in: 0...3, using: &generator))
        let piece = MutationTests.pieces.randomElement(using: &generator) ?? []
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: bytes.replaceSubrange(index..<end, with: piece)
        case 1: bytes.insert(contentsOf: piece, at: index)
        case 2: bytes.removeSubrange(index..<end)
        default: bytes.insert(contentsOf: bytes[min(index, bytes.count / 2)..<index], at: index)
        }
    }

    private func cuts(_ count: Int, _ generator: inout SeededGenerator) -> [Int] {
        (0..<3).map { _ in Int.random(in: 0...count, using: &generator) }.sorted()
    }
}
