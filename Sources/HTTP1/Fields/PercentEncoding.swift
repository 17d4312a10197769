public import Bytes

/// Percent-encoding (RFC 3986 section 2.1). A path is split first and each part decoded once; what comes out is never
/// decoded again.
public enum PercentEncoding {
    /// True when `bytes` mean themselves: no percent sign, and no plus where that stands for a space.
    public static func isPlain(_ bytes: UnsafeRawBufferPointer, plusIsSpace: Bool = false) -> Bool {
        let view = unsafe ByteView(bytes)
        for index in view.indices where view[index] == ASCII.percent || (plusIsSpace && view[index] == plus) {
            return false
        }
        return true
    }

    /// Appends `bytes` decoded; false, with `output` as it was, when a percent sign is not followed by two
    /// hexadecimal digits. `plusIsSpace` is for query strings, where forms write spaces so.
    public static func decode(
        _ bytes: UnsafeRawBufferPointer,
        plusIsSpace: Bool = false,
        into output: inout OutputBuffer
    ) -> Bool {
        let before = output.count
        output.reserve(bytes.count)
        var decoder = unsafe PercentDecoder(ByteView(bytes), plusIsSpace: plusIsSpace)
        while let byte = decoder.next() { output.append(byte) }
        if decoder.isMalformed { output.truncate(to: before) }
        return !decoder.isMalformed
    }

    /// `bytes` decoded, as text; nil when they are malformed or not UTF-8.
    public static func string(_ bytes: UnsafeRawBufferPointer, plusIsSpace: Bool = false) -> String? {
        var decoded = OutputBuffer(capacity: bytes.count)
        guard unsafe decode(bytes, plusIsSpace: plusIsSpace, into: &decoded) else { return nil }
        return unsafe decoded.withBytes { unsafe String(validating: $0, as: UTF8.self) }
    }

    /// True when `bytes`, decoded, are exactly `literal`.
    public static func matches(
        _ bytes: UnsafeRawBufferPointer,
        _ literal: StaticString,
        plusIsSpace: Bool = false
    ) -> Bool {
        let expected = ByteView(literal)
        var decoder = unsafe PercentDecoder(ByteView(bytes), plusIsSpace: plusIsSpace)
        for index in expected.indices where decoder.next() != expected[index] { return false }
        return decoder.next() == nil && !decoder.isMalformed
    }

    static let plus = UInt8(ascii: "+")
}

/// Decodes byte by byte.
struct PercentDecoder {
    private let view: ByteView
    private let plusIsSpace: Bool
    private var position = 0
    /// True once a percent sign stood without two hexadecimal digits.
    private(set) var isMalformed = false

    init(_ view: ByteView, plusIsSpace: Bool) {
        self.view = view
        self.plusIsSpace = plusIsSpace
    }

    /// The next decoded byte; nil at the end, and when what comes is malformed.
    mutating func next() -> UInt8? {
        guard position < view.count, !isMalformed else { return nil }
        let byte = view[position]
        guard byte == ASCII.percent else {
            position += 1
            return plusIsSpace && byte == PercentEncoding.plus ? ASCII.space : byte
        }
        guard position + 2 < view.count,
            let high = ASCII.hexadecimal(view[position + 1]),
            let low = ASCII.hexadecimal(view[position + 2])
        else {
            isMalformed = true
            return nil
        }
        position += 3
        return high << 4 | low
    }
}
