import Bytes
import Testing

@Suite("OutputBuffer")
struct OutputBufferTests {
    @Test("Bytes come out as they were appended, across growth")
    func growth() {
        var buffer = OutputBuffer(capacity: 16)
        for number in 0..<1_000 { buffer.append(UInt8(truncatingIfNeeded: number)) }
        #expect(buffer.copy() == (0..<1_000).map { UInt8(truncatingIfNeeded: $0) })
        buffer.removeAll()
        let isEmpty = buffer.isEmpty
        #expect(isEmpty)
    }

    @Test("Integers are written in decimal", arguments: [0, 9, 10, 99, 100, -1, Int64.max, Int64.min])
    func decimal(_ value: Int64) {
        var buffer = OutputBuffer()
        buffer.append(decimal: value)
        #expect(String(decoding: buffer.copy(), as: UTF8.self) == String(value))
    }

    @Test("The largest unsigned integer fits")
    func largest() {
        var buffer = OutputBuffer(capacity: 16)
        buffer.append(decimal: UInt64.max)
        #expect(String(decoding: buffer.copy(), as: UTF8.self) == "18446744073709551615")
    }

    @Test(
        "Padding fills up to the width and never cuts",
        arguments: [(7, 2, "07"), (7, 3, "007"), (0, 4, "0000"), (1_234, 2, "1234"), (5, 1, "5"), (10, 2, "10")]
    )
    func padded(_ value: Int, _ width: Int, _ expected: String) {
        var buffer = OutputBuffer()
        buffer.append(decimal: value, width: width)
        #expect(String(decoding: buffer.copy(), as: UTF8.self) == expected)
    }

    @Test("Truncation keeps the beginning")
    func truncation() {
        var buffer = OutputBuffer()
        buffer.append("telltale")
        buffer.truncate(to: 4)
        #expect(String(decoding: buffer.copy(), as: UTF8.self) == "tell")
    }

    @Test("Memory above a bound can be given back, and the buffer goes on")
    func shrinking() {
        var buffer = OutputBuffer(capacity: 16)
        for _ in 0..<1_000 { buffer.append("telltale") }
        buffer.removeAll(keepingCapacityUpTo: 64)
        buffer.append("again")
        #expect(String(decoding: buffer.copy(), as: UTF8.self) == "again")
    }
}
