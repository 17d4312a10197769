/// Why a request was refused. The connection must end after the answer: where the next request would start is unknown.
public enum RequestFailure: UInt8, Error, Sendable, CaseIterable {
    /// The request line is not `METHOD TARGET HTTP/1.x` with single spaces.
    case malformedRequestLine
    /// The target has none of the forms of RFC 9112 section 3.2, or holds characters that no URI holds.
    case malformedTarget
    /// A field line without a name or a colon, or with a name that is not a token.
    case malformedField
    /// Whitespace between a field's name and its colon (RFC 9112 section 5.1 requires the refusal).
    case whitespaceBeforeColon
    /// A line that starts with whitespace: obs-fold (RFC 9112 section 5.2), or before the first field (section 2.2).
    case foldedField
    /// A carriage return without a line feed, or a line feed without a carriage return.
    case bareLineEnd
    /// NUL or another control character in a field's value.
    case controlCharacter
    /// HTTP/1.1 without Host.
    case missingHost
    /// More than one Host.
    case severalHosts
    /// A Host, or the authority of a target, that is not `host` or `host:port`.
    case malformedHost
    /// A Content-Length that is not plain decimal digits, or too large to count.
    case malformedLength
    /// More than one Content-Length, equal or not.
    case severalLengths
    /// Content-Length together with Transfer-Encoding.
    case lengthWithCoding
    /// A Transfer-Encoding that does not end in exactly one `chunked`, so that the content has no end.
    case malformedCoding
    /// A Transfer-Encoding in HTTP/1.0, where its framing is faulty by definition (RFC 9112 section 6.1).
    case codingInOldVersion
    /// A chunk whose size, extension, or end is wrong.
    case malformedChunk
    /// A trailer line that is no field line, or a field that frames a message or rules its connection.
    case malformedTrailer
    /// The content is, or says that it will be, longer than allowed.
    case bodyTooLarge
    /// The request target is longer than allowed.
    case targetTooLong
    /// The head, or a body's trailer section, has more bytes than allowed.
    case headTooLarge
    /// The head has more fields than allowed.
    case tooManyFields
    /// A method longer than any (RFC 9112 section 3 asks for 501).
    case methodTooLong
    /// A transfer coding other than chunked.
    case unsupportedCoding
    /// A version other than HTTP/1.0 and HTTP/1.1. There will be no HTTP/1.2, so what claims it is no client of ours.
    case unsupportedVersion

    /// The status of the answer.
    public var status: Int {
        switch self {
        case .malformedRequestLine, .malformedTarget, .malformedField, .whitespaceBeforeColon, .foldedField,
            .bareLineEnd, .controlCharacter, .missingHost, .severalHosts, .malformedHost, .malformedLength,
            .severalLengths, .lengthWithCoding, .malformedCoding, .codingInOldVersion, .malformedChunk,
            .malformedTrailer:
            400
        case .bodyTooLarge: 413
        case .targetTooLong: 414
        case .headTooLarge, .tooManyFields: 431
        case .methodTooLong, .unsupportedCoding: 501
        case .unsupportedVersion: 505
        }
    }

    /// A word that stays the same from release to release, for programs.
    public var code: StaticString {
        switch self {
        case .malformedRequestLine: "malformedRequestLine"
        case .malformedTarget: "malformedTarget"
        case .malformedField: "malformedField"
        case .whitespaceBeforeColon: "whitespaceBeforeColon"
        case .foldedField: "foldedField"
        case .bareLineEnd: "bareLineEnd"
        case .controlCharacter: "controlCharacter"
        case .missingHost: "missingHost"
        case .severalHosts: "severalHosts"
        case .malformedHost: "malformedHost"
        case .malformedLength: "malformedLength"
        case .severalLengths: "severalLengths"
        case .lengthWithCoding: "lengthWithCoding"
        case .malformedCoding: "malformedCoding"
        case .codingInOldVersion: "codingInOldVersion"
        case .malformedChunk: "malformedChunk"
        case .malformedTrailer: "malformedTrailer"
        case .bodyTooLarge: "bodyTooLarge"
        case .targetTooLong: "targetTooLong"
        case .headTooLarge: "headTooLarge"
        case .tooManyFields: "tooManyFields"
        case .methodTooLong: "methodTooLong"
        case .unsupportedCoding: "unsupportedCoding"
        case .unsupportedVersion: "unsupportedVersion"
        }
    }

    /// A sentence for people.
    public var text: StaticString {
        switch self {
        case .malformedRequestLine: "The request line is not METHOD TARGET HTTP/1.1 with single spaces"
        case .malformedTarget: "The request target is not a valid path or URL"
        case .malformedField: "A header line is not a name, a colon and a value"
        case .whitespaceBeforeColon: "A header has whitespace before its colon"
        case .foldedField: "A header line starts with whitespace"
        case .bareLineEnd: "A line does not end with CR LF"
        case .controlCharacter: "A header value holds a control character"
        case .missingHost: "The Host header is missing"
        case .severalHosts: "There is more than one Host header"
        case .malformedHost: "The host is not a name or address with an optional port"
        case .malformedLength: "Content-Length is not a decimal number in range"
        case .severalLengths: "There is more than one Content-Length"
        case .lengthWithCoding: "Content-Length and Transfer-Encoding exclude each other"
        case .malformedCoding: "Transfer-Encoding does not end with chunked"
        case .codingInOldVersion: "HTTP/1.0 has no Transfer-Encoding"
        case .malformedChunk: "A chunk of the body is malformed"
        case .malformedTrailer: "A trailer of the body is malformed or not allowed"
        case .bodyTooLarge: "The body is too large"
        case .targetTooLong: "The request target is too long"
        case .headTooLarge: "The request headers are too large"
        case .tooManyFields: "The request has too many headers"
        case .methodTooLong: "The method is not known"
        case .unsupportedCoding: "The only transfer coding supported is chunked"
        case .unsupportedVersion: "The only versions supported are HTTP/1.0 and HTTP/1.1"
        }
    }
}
