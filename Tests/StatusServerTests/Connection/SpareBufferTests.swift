import NIOCore
import Testing

@testable import StatusServer

@Suite("A loop's spare buffer")
struct SpareBufferTests {
    private func address(of buffer: inout ByteBuffer) -> UInt {
        buffer.withUnsafeMutableWritableBytes { UInt(bitPattern: $0.baseAddress) }
    }

    @Test("A buffer that nobody else holds is used again, empty")
    func used() {
        let spare = SpareBuffer(keeping: 4_096)
        var first = spare.take(100)
        let place = address(of: &first)
        first.writeString("old")
        spare.give(first)
        first = ByteBuffer()
        var second = spare.take(100)
        #expect(second.readableBytes == 0)
        #expect(address(of: &second) == place)
    }

    @Test("What others still hold is left to them")
    func shared() {
        let spare = SpareBuffer(keeping: 4_096)
        var first = spare.take(100)
        first.writeString("old")
        spare.give(first)
        var second = spare.take(100)
        second.writeString("new")
        #expect(String(buffer: first) == "old")
        #expect(String(buffer: second) == "new")
    }

    @Test("A buffer has the room that is asked for, and a large one is not kept")
    func room() {
        let spare = SpareBuffer(keeping: 4_096)
        spare.give(spare.take(100))
        let large = spare.take(100_000)
        #expect(large.writableBytes >= 100_000)
        spare.give(large)
        #expect(spare.take(1).capacity < 100_000)
    }
}
