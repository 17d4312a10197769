import ResultStore
import Testing

@Suite("Large results")
struct LargeResultTests {
    @Test("Hundreds of segments go in and come out in small pieces, and little of it is in memory", .tags(.unit004))
    func streams() throws {
        let store = try makeStore { $0.level = 1 }
        let piece = text(1_000_003)
        let writer = store.begin(ResultDescription(mediaType: "text/plain"))
        for _ in 0..<64 { #expect(writer.append(piece) == nil) }
        let result = try writer.finish(at: someTime)
        #expect(result.length == 64 * piece.count)
        #expect(result.parts.count == (result.length + 262_143) / 262_144)
        #expect(store.usage.memoryBytes == 0 && store.usage.files == 1)
        let reader = ResultReader(result, coding: .identity)
        var memory = [UInt8](repeating: 0, count: piece.count)
        for _ in 0..<64 {
            #expect(memory.withUnsafeMutableBytes { reader.read(into: $0) } == .bytes(piece.count))
            #expect(memory == piece)
        }
        #expect(memory.withUnsafeMutableBytes { reader.read(into: $0) } == .end)
    }
}
