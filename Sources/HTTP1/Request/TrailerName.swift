/// Tells whether a trailer's name, read byte by byte, is one of the fields that frame a message.
///
/// Those must not stand in trailers (RFC 9110 section 6.5.1). We drop trailers, so here they could do no harm; a
/// request that carries one is an attempt on somebody who does not.
struct TrailerName: Sendable, Equatable {
    private var length = 0
    private var mayBeLength = true
    private var mayBeCoding = true

    private static let contentLength: StaticString = "content-length"
    private static let transferEncoding: StaticString = "transfer-encoding"

    /// Takes in the next byte of the name.
    mutating func read(_ byte: UInt8) {
        let byte = ASCII.lowercased(byte)
        mayBeLength = mayBeLength && matches(byte, TrailerName.contentLength)
        mayBeCoding = mayBeCoding && matches(byte, TrailerName.transferEncoding)
        length &+= 1
    }

    /// True when the whole name was Content-Length or Transfer-Encoding.
    var isFraming: Bool {
        (mayBeLength && length == TrailerName.contentLength.utf8CodeUnitCount)
            || (mayBeCoding && length == TrailerName.transferEncoding.utf8CodeUnitCount)
    }

    private func matches(_ byte: UInt8, _ name: StaticString) -> Bool {
        length < name.utf8CodeUnitCount && ByteView(name)[length] == byte
    }
}
