import Bytes

/// Content-Disposition (RFC 6266): the name that a result was given, and gives on.
public enum ContentDisposition {
    /// What a value says about the file's name.
    public enum FileName: Sendable, Equatable {
        /// Nothing, or an empty name.
        case absent
        /// 1 to 255 bytes of UTF-8 without control characters.
        case name(String)
        /// A name that is too long, not UTF-8, or holds control characters, or a value that is malformed.
        case malformed
    }

    /// The name in `filename*`, else that in `filename`. A `filename*` in another charset than UTF-8 is passed over.
    public static func fileName(in value: UnsafeRawBufferPointer) -> FileName {
        let view = unsafe ByteView(value)
        let typeEnd = view.endOfToken(from: 0, to: view.count)
        guard typeEnd > 0 else { return .malformed }
        var plain: FileName?
        var extended: FileName?
        var parameters = ParameterReader(view, typeEnd..<view.count, allowsBeyondASCII: true)
        while let parameter = parameters.next() {
            if view.matches(parameter.name, "filename") {
                guard plain == nil else { return .malformed }
                plain = read(view, parameter)
            } else if view.matches(parameter.name, "filename*") {
                guard extended == nil else { return .malformed }
                extended = readExtended(view, parameter)
            }
        }
        if parameters.isMalformed { return .malformed }
        if let extended, extended != .absent { return extended }
        return plain ?? .absent
    }

    /// True for 1 to 255 bytes of UTF-8 without control characters (U+0000 to U+001F and U+007F to U+009F).
    public static func isValidFileName(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard unsafe !bytes.isEmpty, bytes.count <= FixedLimit.fileNameBytes,
            let text = unsafe String(validating: bytes, as: UTF8.self)
        else { return false }
        return text.unicodeScalars.allSatisfy { $0.value >= 0x20 && !(0x7f...0x9f).contains($0.value) }
    }

    /// A token, or a quoted string with its backslashes taken out.
    private static func read(_ view: ByteView, _ parameter: ParameterReader.Parameter) -> FileName {
        var bytes = OutputBuffer(capacity: parameter.value.count)
        var index = parameter.value.lowerBound
        while index < parameter.value.upperBound {
            if parameter.isQuoted, view[index] == ASCII.backslash { index += 1 }
            bytes.append(view[index])
            index += 1
        }
        return check(bytes)
    }

    /// `UTF-8'language'percent-encoded` (RFC 8187 section 3.2.1).
    private static func readExtended(_ view: ByteView, _ parameter: ParameterReader.Parameter) -> FileName {
        let apostrophe = UInt8(ascii: "'")
        let value = parameter.value
        guard !parameter.isQuoted,
            let charsetEnd = view.firstIndex(of: apostrophe, in: value),
            let languageEnd = view.firstIndex(of: apostrophe, in: charsetEnd + 1..<value.upperBound)
        else { return .malformed }
        guard view.matches(value.lowerBound..<charsetEnd, "utf-8") else { return .absent }
        var bytes = OutputBuffer(capacity: value.count)
        let encoded = unsafe view.slice(languageEnd + 1..<value.upperBound)
        guard unsafe PercentEncoding.decode(encoded, into: &bytes) else { return .malformed }
        return check(bytes)
    }

    private static func check(_ bytes: borrowing OutputBuffer) -> FileName {
        unsafe bytes.withBytes { content in
            guard unsafe !content.isEmpty else { return .absent }
            guard unsafe isValidFileName(content) else { return .malformed }
            return unsafe .name(String(decoding: content, as: UTF8.self))
        }
    }
}
