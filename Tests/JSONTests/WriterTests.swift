import Bytes
import Glibc
import JSON
import Testing

@Suite("Writing JSON")
struct WriterTests {
    @Test("Strings are escaped where the RFC demands it and nowhere else")
    func strings() {
        #expect(written { $0.appendJSONString("") } == #""""#)
        #expect(
            written { $0.appendJSONString("plain text, longer than a word") } == #""plain text, longer than a word""#
        )
        #expect(written { $0.appendJSONString("a\"b\\c/d") } == #""a\"b\\c/d""#)
        #expect(written { $0.appendJSONString("\u{8}\t\n\u{C}\r") } == #""\b\t\n\f\r""#)
        #expect(written { $0.appendJSONString("\0\u{1B}\u{1F}\u{7F}") } == "\"\\u0000\\u001b\\u001f\u{7F}\"")
        #expect(written { $0.appendJSONString("é€😀\u{2028}</script>") } == "\"é€😀\u{2028}</script>\"")
        #expect(written { $0.appendJSONText("a\nb") } == #"a\nb"#)
    }

    @Test("Every string reads back as it was", arguments: 1...8 as ClosedRange<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<200 {
            let text = String(
                String.UnicodeScalarView(
                    (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                        let range: ClosedRange<UInt32> = Bool.random(using: &generator) ? 0...0x7F : 0...0x10_FFFF
                        return Unicode.Scalar(UInt32.random(in: range, using: &generator)) ?? "?"
                    }
                )
            )
            let json = written { $0.appendJSONString(text) }
            #expect(
                try JSONValue(parsing: Array(json.utf8)).string?.utf8.elementsEqual(text.utf8) == true,
                "seed \(seed)"
            )
        }
    }

    @Test("Bytes that are not UTF-8 never spoil the text", arguments: 1...8 as ClosedRange<UInt64>)
    func garbage(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<300 {
            let bytes = (0..<Int.random(in: 0...24, using: &generator)).map { _ in
                UInt8.random(in: Bool.random(using: &generator) ? 0x20...0x7F : 0...255, using: &generator)
            }
            var output = OutputBuffer()
            bytes.withUnsafeBytes { output.appendJSONString($0) }
            #expect(verdict(on: output.copy()) == nil, "seed \(seed): \(bytes)")
        }
        let cut: [UInt8] = [0x61, 0xE2, 0x82, 0x62, 0xFF]
        #expect(
            written { output in cut.withUnsafeBytes { output.appendJSONString($0) } }
                == "\"a\u{FFFD}\u{FFFD}b\u{FFFD}\""
        )
    }

    @Test("Keys bring their comma with them")
    func keys() {
        let text = written {
            $0.append("{")
            $0.appendJSONKey("a")
            $0.appendJSON(true)
            $0.appendJSONKey("b")
            $0.append("{")
            $0.appendJSONKey("c")
            $0.appendJSON(false)
            $0.append("}}")
        }
        #expect(text == #"{"a":true,"b":{"c":false}}"#)
        #expect(written { $0.appendJSONKey("a") } == #""a":"#)
    }

    @Test("Numbers are as short as they can be")
    func numbers() {
        for (hundredths, text) in [
            (0, "0"), (1, "0.01"), (10, "0.1"), (100, "1"), (4250, "42.5"), (4255, "42.55"), (10_000, "100"),
            (-150, "-1.5"),
            (-5, "-0.05"),
        ] {
            #expect(written { $0.appendJSON(hundredths: hundredths) } == text)
        }
        for (value, text) in [
            (0.0, "0"), (1.5, "1.5"), (-2, "-2"), (1e20, "1e+20"), (0.1, "0.1"), (1e15, "1000000000000000"),
            (1e16, "1e+16"), (5e-300, "5e-300"),
        ] {
            #expect(written { $0.appendJSON(value) } == text)
            #expect(verdict(on: Array(written { $0.appendJSON(value) }.utf8)) == nil)
        }
        #expect(written { $0.appendJSON(Double.nan) } == "null")
        #expect(written { $0.appendJSON(-Double.infinity) } == "null")
    }

    @Test("Compacting leaves strings alone")
    func compacting() {
        let text = "\r\n{ \"a b\" : [ 1 , \"c \\\" d\\\\\" , true ] ,\t\"e\" : \"  \" }\n"
        let compact = written { output in
            Array(text.utf8).withUnsafeBytes { JSONCompactor.append($0, to: &output) }
        }
        #expect(compact == #"{"a b":[1,"c \" d\\",true],"e":"  "}"#)
    }
}

@Suite("Writing times")
struct TimeTests {
    @Test("Known times are written in the one form")
    func known() {
        for (milliseconds, text) in [
            (Int64(0), "1970-01-01T00:00:00.000Z"), (1, "1970-01-01T00:00:00.001Z"),
            (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (951_868_799_999, "2000-02-29T23:59:59.999Z"), (951_868_800_000, "2000-03-01T00:00:00.000Z"),
            (1_795_440_890_123, "2026-11-23T13:34:50.123Z"), (4_107_542_399_999, "2100-02-28T23:59:59.999Z"),
            (4_107_542_400_000, "2100-03-01T00:00:00.000Z"), (253_402_300_799_999, "9999-12-31T23:59:59.999Z"),
        ] {
            #expect(written { $0.append(time: milliseconds) } == text)
            #expect(written { $0.appendJSONTime(milliseconds) } == "\"\(text)\"")
        }
    }

    @Test("Times out of range are written as its ends")
    func outOfRange() {
        #expect(written { $0.append(time: -1) } == "1970-01-01T00:00:00.000Z")
        #expect(written { $0.append(time: .min) } == "1970-01-01T00:00:00.000Z")
        #expect(written { $0.append(time: 253_402_300_800_000) } == "9999-12-31T23:59:59.999Z")
        #expect(written { $0.append(time: .max) } == "9999-12-31T23:59:59.999Z")
    }

    @Test("From 1970 to 9999 the calendar is the C library's")
    func calendar() {
        let days = (0..<2_932_897 as Range<Int64>).filter { $0 < 40_000 || $0 % 29 == 0 }
        let wrong = days.map { $0 * 86_400_000 + $0 * 7_919_017 % 86_400_000 }.first { milliseconds in
            written { $0.append(time: milliseconds) } != expected(milliseconds)
        }
        #expect(wrong == nil)
    }

    private func expected(_ milliseconds: Int64) -> String {
        var seconds = time_t(milliseconds / 1_000)
        var parts = tm()
        gmtime_r(&seconds, &parts)
        func digits(_ value: some BinaryInteger, _ width: Int) -> String {
            let text = String(value)
            return String(repeating: "0", count: width - text.count) + text
        }
        let date = "\(digits(parts.tm_year + 1_900, 4))-\(digits(parts.tm_mon + 1, 2))-\(digits(parts.tm_mday, 2))"
        let time = "\(digits(parts.tm_hour, 2)):\(digits(parts.tm_min, 2)):\(digits(parts.tm_sec, 2))"
        return "\(date)T\(time).\(digits(milliseconds % 1_000, 3))Z"
    }
}
