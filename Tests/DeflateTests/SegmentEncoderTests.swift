import Deflate
import Testing

@Suite("Segments")
struct SegmentEncoderTests {
    private static let segment = DeflateLimits.segmentLength

    @Test(
        "Each can be decoded alone, and all of them together",
        arguments: [0, 1, 100, segment - 1, segment, segment + 1, 3 * segment, 3 * segment + 77],
        [0, 1, 6]
    )
    func roundTrip(length: Int, level: Int) throws {
        for content in [text(length), noise(length)] {
            let parts = segments(of: content, with: SegmentEncoder(level: level))
            #expect(parts.count == (length + Self.segment - 1) / Self.segment)
            var start = 0
            for (segment, bytes) in parts {
                let expected = Array(content[start..<start + segment.length])
                #expect(segment.storedLength == bytes.count)
                #expect(segment.checksum == expected.withUnsafeBytes { CRC32(of: $0) })
                #expect(try inflated(bytes, with: Inflater(format: .deflate)).get() == expected)
                start += segment.length
            }
            #expect(start == length)
            let whole = parts.flatMap(\.bytes) + Gzip.lastBlock
            #expect(try inflated(whole, with: Inflater(format: .deflate)).get() == content)
        }
    }

    @Test("They hold the same content however the input is cut", arguments: [1, 7, 1_000, 65_536, 1_000_000])
    func pieces(length: Int) throws {
        let content = text(length == 1 ? 5_000 : 600_000)
        let parts = segments(of: content, with: SegmentEncoder(), pieceLength: length)
        #expect(parts.map(\.segment.length).reduce(0, +) == content.count)
        #expect(try inflated(parts.flatMap(\.bytes), with: Inflater(format: .deflate)).get() == content)
    }

    @Test("What does not shrink grows by less than a thousandth, at every level", arguments: [0, 1, 6, 9])
    func incompressible(level: Int) {
        let parts = segments(of: noise(5 * Self.segment), with: SegmentEncoder(level: level))
        for (segment, _) in parts { #expect(segment.storedLength < segment.length + segment.length / 1_000) }
    }

    @Test("What shrinks again after a part that does not is compressed again, and still decodes alone")
    func mixed() throws {
        let content = text(Self.segment) + noise(2 * Self.segment) + text(12 * Self.segment)
        let parts = segments(of: content, with: SegmentEncoder())
        #expect(parts[0].segment.storedLength < Self.segment / 2)
        // One was tried in vain, seven more are stored without trying.
        #expect(parts[1...8].allSatisfy { $0.segment.storedLength > Self.segment })
        #expect(parts[9...].allSatisfy { $0.segment.storedLength < Self.segment / 2 })
        var start = 0
        for (segment, bytes) in parts {
            let decoded = try inflated(bytes, with: Inflater(format: .deflate)).get()
            #expect(decoded == Array(content[start..<start + segment.length]))
            start += segment.length
        }
    }

    @Test("Segments cost little beside one stream")
    func overhead() {
        let content = text(8 * Self.segment)
        let apart = segments(of: content, with: SegmentEncoder()).map(\.segment.storedLength).reduce(0, +)
        let whole = SegmentEncoder(segmentLength: content.count)
        let together = segments(of: content, with: whole).map(\.segment.storedLength).reduce(0, +)
        #expect(Double(apart) < 1.05 * Double(together))
    }

    @Test("A segment can be ended early, and without content there is none")
    func earlyEnd() throws {
        let encoder = SegmentEncoder()
        #expect(segments(of: [], with: encoder).isEmpty)
        let first = segments(of: Array("partial".utf8), with: encoder)
        let second = segments(of: Array(" result".utf8), with: encoder)
        #expect(first.count == 1 && second.count == 1)
        let both = try inflated(first[0].bytes + second[0].bytes, with: Inflater(format: .deflate)).get()
        #expect(both == Array("partial result".utf8))
    }

    @Test("A short segment that did not shrink says nothing about the ones after it")
    func shortSegment() {
        let encoder = SegmentEncoder()
        _ = segments(of: [0x61], with: encoder)
        let parts = segments(of: text(Self.segment), with: encoder)
        #expect(parts[0].segment.storedLength < Self.segment / 2)
    }

    @Test("An encoder can be reset at any time, also after its receiver threw")
    func reset() throws {
        struct Stop: Error {}
        let encoder = SegmentEncoder()
        #expect(throws: Stop.self) {
            try noise(3 * Self.segment).withUnsafeBytes { bytes in
                try encoder.append(bytes) { (_) throws(Stop) in throw Stop() }
            }
        }
        encoder.reset()
        let content = text(Self.segment + 5)
        let parts = segments(of: content, with: encoder)
        #expect(parts.map(\.segment.length) == [Self.segment, 5])
        #expect(parts[0].segment.storedLength < Self.segment / 2)
        #expect(try inflated(parts.flatMap(\.bytes), with: Inflater(format: .deflate)).get() == content)
    }
}
