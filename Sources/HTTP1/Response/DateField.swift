public import Bytes

/// The Date field, which an origin server with a clock must send in 2xx, 3xx and 4xx answers (RFC 9110 section 6.6.1).
///
/// It keeps the text of the last second asked for, so that an event loop that owns one formats it once a second.
public struct DateField: Sendable {
    /// The second, since 1970 UTC, that `text` says.
    private var second: Int64
    /// `Sun, 06 Nov 1994 08:49:37 GMT`.
    private var text: InlineArray<29, UInt8>

    /// The time of the Unix epoch.
    public init() {
        second = 0
        text = InlineArray(repeating: ASCII.space)
        format(second: 0)
    }

    /// Appends `Date: …` and the line end for a wall time in milliseconds since 1970 UTC; times before 1970 or after
    /// 9999 read as those bounds.
    public mutating func append(at wall: Int64, to output: inout OutputBuffer) {
        output.append("Date: ")
        unsafe withValue(at: wall) { unsafe output.append($0) }
        output.append("\r\n")
    }

    /// Calls `body` with the 29 bytes of the value alone, as HTTP/2 needs it.
    public mutating func withValue(at wall: Int64, _ body: (UnsafeRawBufferPointer) -> Void) {
        let wanted = min(max(wall, 0), DateField.lastMillisecond) / 1_000
        if wanted != second { format(second: wanted) }
        unsafe text.span.withUnsafeBytes { unsafe body($0) }
    }

    /// The last millisecond of the year 9999: the format has four digits for the year.
    private static let lastMillisecond: Int64 = 253_402_300_799_999

    private mutating func format(second: Int64) {
        self.second = second
        let days = Int(second / 86_400)
        let time = Int(second % 86_400)
        let date = CivilDate(daysSince1970: days)
        // 1970 began on a Thursday.
        put(DateField.weekdays, 3 * ((days + 4) % 7), at: 0)
        put(", ", at: 3)
        put(date.day, digits: 2, at: 5)
        put(" ", at: 7)
        put(DateField.months, 3 * (date.month - 1), at: 8)
        put(" ", at: 11)
        put(date.year, digits: 4, at: 12)
        put(" ", at: 16)
        put(time / 3_600, digits: 2, at: 17)
        put(":", at: 19)
        put(time / 60 % 60, digits: 2, at: 20)
        put(":", at: 22)
        put(time % 60, digits: 2, at: 23)
        put(" GMT", at: 25)
    }

    private static let weekdays: StaticString = "SunMonTueWedThuFriSat"
    private static let months: StaticString = "JanFebMarAprMayJunJulAugSepOctNovDec"

    /// Puts the three letters at `offset` of `names`.
    private mutating func put(_ names: StaticString, _ offset: Int, at index: Int) {
        let view = ByteView(names)
        for letter in 0..<3 { text[index + letter] = view[offset + letter] }
    }

    private mutating func put(_ literal: StaticString, at index: Int) {
        let view = ByteView(literal)
        for offset in view.indices { text[index + offset] = view[offset] }
    }

    private mutating func put(_ value: Int, digits: Int, at index: Int) {
        var rest = value
        for place in (index..<index + digits).reversed() {
            text[place] = UInt8(ascii: "0") + UInt8(rest % 10)
            rest /= 10
        }
    }
}

/// A day of the Gregorian calendar.
struct CivilDate: Equatable {
    let year: Int
    /// 1 to 12.
    let month: Int
    /// 1 to 31.
    let day: Int

    /// The day that is `days` (not negative) after 1970-01-01.
    ///
    /// Counts in years that begin in March, so that the leap day is the last one, within eras of 400 years; the
    /// method is Howard Hinnant's "chrono-compatible low-level date algorithms", `civil_from_days`.
    init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let marchMonth = (5 * dayOfYear + 2) / 153
        day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
        month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
        year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    }
}
