import Deflate
import Testing

@Suite("Decoding gzip")
struct InflaterTests {
    /// "hello" as `gzip -n` writes it.
    private static let hello: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0xCB, 0x48, 0xCD, 0xC9, 0xC9, 7, 0, 0x86, 0xA6, 0x10, 0x36, 5, 0, 0, 0,
    ]

    @Test("Input and output may be cut anywhere", arguments: [1, 3, 1_000], [1, 5, 4_096])
    func cuts(pieceLength: Int, room: Int) throws {
        let content = text(3_000) + noise(500)
        for file in [gzip(content), gzip(content, level: 0)] {
            let outcome = inflated(file, with: Inflater(format: .gzip), pieceLength: pieceLength, room: room)
            #expect(try outcome.get() == content)
        }
    }

    @Test("A foreign file decodes, with its optional fields too")
    func foreign() throws {
        #expect(try inflated(Self.hello, with: Inflater(format: .gzip)).get() == Array("hello".utf8))
        var named = Self.hello
        named[3] = 0x1C  // FEXTRA, FNAME and FCOMMENT
        named.insert(contentsOf: [2, 0, 0xAA, 0xBB] + Array("name\0note\0".utf8), at: 10)
        #expect(try inflated(named, with: Inflater(format: .gzip), pieceLength: 1).get() == Array("hello".utf8))
    }

    @Test("Several members are one content, cut anywhere", arguments: [1, 7, 1_000_000])
    func members(pieceLength: Int) throws {
        let file = Self.hello + gzip([]) + gzip(text(1_000)) + Self.hello
        let outcome = inflated(file, with: Inflater(format: .gzip), pieceLength: pieceLength, room: 64)
        #expect(try outcome.get() == Array("hello".utf8) + text(1_000) + Array("hello".utf8))
    }

    @Test("A file that is cut short is truncated, wherever that is, and without a first byte too")
    func truncated() {
        for length in 0..<Self.hello.count {
            let outcome = inflated(Array(Self.hello.prefix(length)), with: Inflater(format: .gzip))
            #expect(outcome == .failure(.truncated), "\(length) bytes")
            guard length > 0 else { continue }
            let second = inflated(Self.hello + Self.hello.prefix(length), with: Inflater(format: .gzip))
            #expect(second == .failure(.truncated), "a second member of \(length) bytes")
        }
    }

    @Test("A wrong magic number, method, checksum or length is corrupt")
    func corrupt() {
        for position in [0, 1, 2] + Array(17..<25) {
            var file = Self.hello
            file[position] ^= 1
            #expect(inflated(file, with: Inflater(format: .gzip)) == .failure(.corrupt), "byte \(position)")
        }
    }

    @Test("Whatever is flipped or cut, the outcome is an answer", arguments: 1...8 as ClosedRange<UInt64>)
    func mutations(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        let content = text(2_000)
        let file = gzip(content)
        for _ in 0..<300 {
            var mutant = file
            for _ in 0..<Int.random(in: 1...3, using: &generator) {
                mutant[Int.random(in: 0..<mutant.count, using: &generator)] ^=
                    1 << UInt8.random(in: 0..<8, using: &generator)
            }
            let outcome = inflated(mutant, with: Inflater(format: .gzip, limit: 100_000))
            // The header's time and system may change without harm; content never.
            if case .success(let decoded) = outcome { #expect(decoded == content, "seed \(seed)") }
        }
    }

    @Test(
        "Anything after the last member is refused, zeros too",
        arguments: [[0], [0, 0, 0, 0], Array("garbage".utf8), [0x1F, 0]]
    )
    func trailing(bytes: [UInt8]) {
        for length in [1, 1_000] {
            let outcome = inflated(Self.hello + bytes, with: Inflater(format: .gzip), pieceLength: length)
            // A single byte may still be the begin of a member.
            #expect(outcome == .failure(bytes.count == 1 ? .truncated : .corrupt))
        }
    }

    @Test("The limit is a number of bytes that come out, over all members")
    func limit() throws {
        let content = text(10_000)
        let file = gzip(content)
        #expect(try inflated(file, with: Inflater(format: .gzip, limit: 10_000)).get() == content)
        #expect(inflated(file, with: Inflater(format: .gzip, limit: 9_999)) == .failure(.tooLong))
        #expect(inflated(file + file, with: Inflater(format: .gzip, limit: 19_999)) == .failure(.tooLong))
        #expect(try inflated(file + file, with: Inflater(format: .gzip, limit: 20_000)).get().count == 20_000)
        #expect(inflated(Self.hello, with: Inflater(format: .gzip, limit: 0)) == .failure(.tooLong))
        #expect(try inflated(gzip([]), with: Inflater(format: .gzip, limit: 0)).get() == [])
    }

    @Test("A bomb goes off at the limit, not at its own size")
    func bomb() {
        let file = gzip([UInt8](repeating: 0, count: 20_000_000))
        #expect(file.count < 100_000)
        let inflater = Inflater(format: .gzip, limit: 1_000_000)
        #expect(inflated(file, with: inflater) == .failure(.tooLong))
        #expect(inflater.produced == 1_000_001)
    }

    @Test("A failure stays until the decoder is reset")
    func failureStays() throws {
        let inflater = Inflater(format: .gzip)
        #expect(inflated([0x1F, 0x8C], with: inflater) == .failure(.corrupt))
        #expect(inflated(Self.hello, with: inflater) == .failure(.corrupt))
        #expect(inflater.finish() == .corrupt)
        inflater.reset()
        #expect(try inflated(Self.hello, with: inflater).get() == Array("hello".utf8))
        #expect(inflater.finish() == nil)
    }

    @Test("Bare deflate ends with its last block and takes nothing behind it")
    func deflateEnd() {
        let inflater = Inflater(format: .deflate)
        var room = [UInt8](repeating: 0, count: 16)
        let input = Gzip.stored([1, 2, 3]) + Gzip.lastBlock + [9, 9]
        let step = input.withUnsafeBytes { bytes in room.withUnsafeMutableBytes { inflater.inflate(bytes, into: $0) } }
        #expect(step == Inflater.Step(consumed: input.count - 2, produced: 3, status: .end))
        let after = input.withUnsafeBytes { bytes in room.withUnsafeMutableBytes { inflater.inflate(bytes, into: $0) } }
        #expect(after == Inflater.Step(consumed: 0, produced: 0, status: .end))
        #expect(inflater.finish() == nil)
    }
}
