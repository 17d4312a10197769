import StatusCore
import Testing

@Suite("Task ids")
struct TaskIDTests {
    @Test("An id has 1 to 64 characters of its alphabet", .tags(.unit009))
    func alphabetAndLength() {
        #expect(TaskID("a-Z_09")?.description == "a-Z_09")
        #expect(TaskID("") == nil)
        #expect(TaskID(String(repeating: "x", count: 64))?.count == 64)
        #expect(TaskID(String(repeating: "x", count: 65)) == nil)
        for bad in ["a b", "a/b", "a.b", "ä", "a\0", "a%2F"] { #expect(TaskID(bad) == nil, "\(bad)") }
    }

    @Test("Every byte outside the alphabet is refused")
    func everyByte() {
        let allowed = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-".utf8)
        for byte in UInt8.min...UInt8.max {
            let id = [byte].withUnsafeBytes { TaskID($0) }
            #expect((id != nil) == allowed.contains(byte), "byte \(byte)")
        }
    }

    @Test("A byte outside the alphabet is refused wherever it stands", arguments: [1, 7, 8, 9, 16, 17, 26, 63, 64])
    func everyPlace(length: Int) {
        for place in 0..<length {
            for byte in [0, 0x2C, 0x2F, 0x3A, 0x40, 0x5B, 0x5E, 0x60, 0x7B, 0x80, 0xDF, 0xFF] as [UInt8] {
                var bytes = [UInt8](repeating: UInt8(ascii: "z"), count: length)
                #expect(bytes.withUnsafeBytes { TaskID($0) } != nil)
                bytes[place] = byte
                #expect(bytes.withUnsafeBytes { TaskID($0) } == nil, "\(byte) at \(place)")
            }
        }
    }

    @Test("Ids are equal when their characters are")
    func equality() {
        #expect(TaskID("abcdefgh") == TaskID("abcdefgh"))
        #expect(TaskID("abcdefgh") != TaskID("abcdefgi"))
        #expect(TaskID("abc") != TaskID("abcd"))
        #expect(Set([TaskID("a"), TaskID("a"), TaskID("b")]).count == 2)
    }

    @Test("A generated id tells its time and sorts by it", .tags(.unit009))
    func generated() {
        var generator = SeededGenerator(seed: 7)
        let early = TaskID.generate(at: 1_800_000_000_000, using: &generator).description
        let late = TaskID.generate(at: 1_800_000_000_001, using: &generator).description
        #expect(early.utf8.count == 26)
        #expect(early < late)
        #expect(early.allSatisfy { "0123456789ABCDEFGHJKMNPQRSTVWXYZ".contains($0) })
        let digits = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        // 130 bits of characters hold 128: the first ten characters are the time.
        let time = early.prefix(10).reduce(0) { $0 << 5 | Int64(digits.firstIndex(of: $1)!) }
        #expect(time == 1_800_000_000_000)
    }

    @Test("Generated ids differ")
    func generatedDiffer() {
        var generator = SystemRandomNumberGenerator()
        let ids = (0..<1_000).map { _ in TaskID.generate(at: 0, using: &generator) }
        #expect(Set(ids).count == 1_000)
    }
}

@Suite("Basis points")
struct BasisPointsTests {
    @Test("Progress is 0 to 10,000", .tags(.unit002))
    func range() {
        #expect(BasisPoints(0) == .zero)
        #expect(BasisPoints(10_000) == .complete)
        #expect(BasisPoints(10_001) == nil)
        #expect(BasisPoints(-1) == nil)
        #expect(BasisPoints(UInt64.max) == nil)
    }

    @Test(
        "Done of total is rounded down",
        .tags(.unit002),
        arguments: [
            (0, 10, 0), (1, 3, 3_333), (2, 3, 6_666), (3, 3, 10_000), (9_999_999, 10_000_000, 9_999), (5, 4, 10_000),
            (UInt64.max - 1, UInt64.max, 9_999), (UInt64.max, UInt64.max, 10_000), (1, UInt64.max, 0),
        ] as [(UInt64, UInt64, UInt16)]
    )
    func fromUnits(done: UInt64, total: UInt64, expected: UInt16) {
        #expect(BasisPoints(done: done, of: total)?.value == expected)
    }

    @Test("An unknown total gives no percentage", .tags(.unit002))
    func unknownTotal() {
        #expect(BasisPoints(done: 5, of: 0) == nil)
    }
}

@Suite("List cursors")
struct ListCursorTests {
    @Test("A cursor is read back from its text, and nothing else is")
    func text() throws {
        let bench = Bench()
        for number in 0..<3 { bench.submit(try #require(TaskID("job\(number)"))) }
        let cursor = try #require(bench.table.list(ListFilter(), after: nil, limit: 1, at: bench.now) { _ in })
        #expect(ListCursor(cursor.description) == cursor)
        #expect(cursor.description.utf8.count == 20)
        for bad in ["", "xyz", cursor.description + "0", "+" + cursor.description.dropFirst(), "-0000000000000000000"] {
            #expect(ListCursor(bad) == nil, "\(bad)")
        }
    }
}
