public import Bytes

extension OutputBuffer {
    /// Appends a time as a JSON string, such as `"2026-11-23T13:34:50.123Z"`; see ``append(time:)``.
    public mutating func appendJSONTime(_ milliseconds: Int64) {
        let text = JSONTime.text(of: milliseconds)
        unsafe append(26) { place in
            unsafe place.storeBytes(of: UInt8(ascii: "\""), toByteOffset: 0, as: UInt8.self)
            unsafe place.storeBytes(of: text.0, toByteOffset: 1, as: UInt64.self)
            unsafe place.storeBytes(of: text.1, toByteOffset: 9, as: UInt64.self)
            unsafe place.storeBytes(of: text.2, toByteOffset: 17, as: UInt64.self)
            unsafe place.storeBytes(of: UInt8(ascii: "\""), toByteOffset: 25, as: UInt8.self)
        }
    }

    /// Appends the time that is `milliseconds` after 1970-01-01T00:00:00Z, without leap seconds, in the one form that
    /// is used everywhere: ISO 8601 in UTC, 24 bytes, as in `2026-11-23T13:34:50.123Z`.
    ///
    /// Times before 1970 and after 9999 are written as the first and the last millisecond of that range.
    public mutating func append(time milliseconds: Int64) {
        let text = JSONTime.text(of: milliseconds)
        unsafe withUnsafeBytes(of: text) { unsafe append($0) }
    }
}

/// The calendar and the form of times in JSON texts.
///
/// A status answer holds half a dozen of them, so the arithmetic is that of 32 bits without signs, and the text is put
/// together in three registers.
enum JSONTime {
    /// 9999-12-31T23:59:59.999Z, the last time with a year of four digits.
    static let last: Int64 = 253_402_300_799_999
    private static let millisecondsPerDay: UInt64 = 86_400_000

    /// The 24 bytes of a time: `2026-11-`, `23T13:34`, `:50.123Z`.
    @inline(__always)
    static func text(of milliseconds: Int64) -> (UInt64, UInt64, UInt64) {
        let moment = UInt64(min(max(milliseconds, 0), last))
        let date = date(ofDay: UInt32(truncatingIfNeeded: moment / millisecondsPerDay))
        let rest = UInt32(truncatingIfNeeded: moment % millisecondsPerDay)
        let seconds = rest / 1_000
        let minutes = seconds / 60
        let first =
            pair(date.year / 100) | pair(date.year % 100) &<< 16 | byte("-") &<< 32 | pair(date.month) &<< 40
            | byte("-") &<< 56
        let second =
            pair(date.day) | byte("T") &<< 16 | pair(minutes / 60) &<< 24 | byte(":") &<< 40
            | pair(minutes % 60) &<< 48
        let thousandths = rest % 1_000
        let third =
            byte(":") | pair(seconds % 60) &<< 8 | byte(".") &<< 24 | UInt64(thousandths / 100 &+ 48) &<< 32
            | pair(thousandths % 100) &<< 40 | byte("Z") &<< 56
        return (first.littleEndian, second.littleEndian, third.littleEndian)
    }

    /// The two digits of `value`, below 100, the first one lowest.
    @inline(__always)
    private static func pair(_ value: UInt32) -> UInt64 {
        // 103 / 1,024 is close enough to a tenth for two digits.
        let tens = (value &* 103) &>> 10
        return UInt64(tens | (value &- tens &* 10) &<< 8 | 0x3030)
    }

    @inline(__always)
    private static func byte(_ character: Unicode.Scalar) -> UInt64 {
        UInt64(character.value)
    }

    /// The Gregorian date `day` days after 1970-01-01.
    ///
    /// Counted in eras of 400 years that begin on a first of March, so that the leap day is the last of its year
    /// (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
    @inline(__always)
    static func date(ofDay day: UInt32) -> (year: UInt32, month: UInt32, day: UInt32) {
        let shifted = day &+ 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted % 146_097
        let yearOfEra = (dayOfEra &- dayOfEra / 1_460 &+ dayOfEra / 36_524 &- dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra &- (365 &* yearOfEra &+ yearOfEra / 4 &- yearOfEra / 100)
        let marchMonth = (5 &* dayOfYear &+ 2) / 153
        let month = marchMonth < 10 ? marchMonth &+ 3 : marchMonth &- 9
        let year = yearOfEra &+ era &* 400 &+ (month <= 2 ? 1 : 0)
        return (year, month, dayOfYear &- (153 &* marchMonth &+ 2) / 5 &+ 1)
    }
}
