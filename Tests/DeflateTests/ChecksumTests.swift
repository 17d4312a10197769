import Deflate
import Testing

@Suite("Checksums and the parts of a gzip file")
struct ChecksumTests {
    @Test("The check value of the catalogue comes out")
    func checkValue() {
        #expect(Array("123456789".utf8).withUnsafeBytes { CRC32(of: $0) }.value == 0xCBF4_3926)
        #expect(CRC32(of: UnsafeRawBufferPointer(start: nil, count: 0)) == CRC32())
    }

    @Test("Checksums of parts combine to that of the whole", arguments: 1...8 as ClosedRange<UInt64>)
    func combination(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var whole = CRC32()
        var combined = CRC32()
        for _ in 0..<20 {
            let part = noise(Int.random(in: 0...3_000, using: &generator))
            part.withUnsafeBytes { whole.update($0) }
            combined.append(part.withUnsafeBytes { CRC32(of: $0) }, length: part.count)
            #expect(combined == whole, "seed \(seed)")
        }
    }

    @Test("Stored blocks hold what they are given", arguments: [0, 1, 65_535, 65_536, 200_000])
    func stored(length: Int) throws {
        let content = noise(length)
        let blocks = Gzip.stored(content)
        #expect(blocks.count == Gzip.storedLength(of: length))
        #expect(try inflated(blocks + Gzip.lastBlock, with: Inflater(format: .deflate)).get() == content)
    }

    @Test("The trailer is checksum and length, low bytes first, the length cut to 32 bits")
    func trailer() {
        let trailer = Gzip.trailer(checksum: CRC32(0x0102_0304), length: 0x5_0607_0809)
        #expect(trailer == [4, 3, 2, 1, 9, 8, 7, 6])
        #expect(trailer.count == Gzip.trailerLength)
    }
}
