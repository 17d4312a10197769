import HTTP1
import Testing

@Suite("Bytes cut anywhere")
struct SplitTests {
    static let samples = Samples.accepted + Samples.refused.map(\.0)

    @Test("A head cut in two at any byte comes to the same outcome", arguments: samples)
    func everySplit(sample: Wire) {
        let bytes = sample.bytes
        let whole = Parsed(bytes)
        for cut in 0...bytes.count {
            #expect(Parsed(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
    }

    @Test("A head that arrives byte by byte comes to the same outcome", arguments: samples)
    func byteByByte(sample: Wire) {
        let bytes = sample.bytes
        #expect(Parsed(bytes, cuts: Array(0...bytes.count)) == Parsed(bytes))
    }

    @Test("Limits strike at the same byte however a head is cut", arguments: samples)
    func limits(sample: Wire) {
        let bytes = sample.bytes
        for limit in stride(from: 9, to: bytes.count + 2, by: 5) {
            let limits = RequestLimits(targetBytes: 8, fieldCount: 1, headBytes: limit)
            let whole = Parsed(bytes, limits: limits)
            #expect(Parsed(bytes, cuts: Array(0...bytes.count), limits: limits) == whole, "head limit \(limit)")
        }
    }

    @Test("A chunked body cut in two at any byte comes to the same outcome", arguments: ChunkedSamples.all)
    func chunks(sample: Wire) {
        let bytes = sample.bytes
        let whole = Unchunked(bytes)
        for cut in 0...bytes.count {
            #expect(Unchunked(bytes, cuts: [cut]) == whole, "cut at \(cut)")
        }
        #expect(Unchunked(bytes, cuts: Array(0...bytes.count)) == whole)
    }
}
