/// Tells whether a trailer's name, read byte by byte, is one of the fields that frame a message, route it, or rule its
/// connection.
///
/// Those must not stand in trailers (RFC 9110 section 6.5.1). We drop trailers, so here they could do no harm; a
/// request that carries one is an attempt on somebody who does not: there are parsers that end or hand over the
/// connection as a trailer says, and so disagree about what follows.
struct TrailerName: Sendable, Equatable {
    private var length = 0
    /// A bit for each forbidden name that begins with what was read.
    private var candidates = TrailerName.all

    private static let count = 5
    private static let all: UInt8 = 1 << count - 1

    private static func forbidden(_ index: Int) -> StaticString {
        switch index {
        case 0: "content-length"
        case 1: "transfer-encoding"
        case 2: "connection"
        case 3: "upgrade"
        default: "host"
        }
    }

    /// Takes in the next byte of the name.
    mutating func read(_ byte: UInt8) {
        let byte = ASCII.lowercased(byte)
        for index in 0..<TrailerName.count where candidates & 1 << index != 0 {
            let name = TrailerName.forbidden(index)
            if length >= name.utf8CodeUnitCount || ByteView(name)[length] != byte { candidates ^= 1 << index }
        }
        length &+= 1
    }

    /// True when the whole name was one of them.
    var isForbidden: Bool {
        for index in 0..<TrailerName.count where candidates & 1 << index != 0 {
            if length == TrailerName.forbidden(index).utf8CodeUnitCount { return true }
        }
        return false
    }
}
