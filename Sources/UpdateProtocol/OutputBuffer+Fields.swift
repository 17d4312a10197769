internal import Bytes

// What the encoders of both directions are made of. A frame is written in one go: the sizes of its fields are summed
// first, because the buffer never goes back over what it holds.

extension OutputBuffer {
    /// Appends the type and the length of a payload.
    internal mutating func appendHeading(_ type: UInt8, length: Int) {
        append(type)
        append(variable: UInt64(length))
    }

    /// Appends the length of `text`, then `text`.
    internal mutating func append(text: UnsafeRawBufferPointer) {
        append(variable: UInt64(text.count))
        unsafe append(text)
    }

    /// Appends a frame whose payload is a few integers.
    internal mutating func appendFrame(_ type: UInt8, _ first: UInt64, _ second: UInt64? = nil, _ third: UInt64? = nil)
    {
        appendHeading(type, length: encodedSize(first) + (second.map(encodedSize) ?? 0) + (third.map(encodedSize) ?? 0))
        append(variable: first)
        if let second { append(variable: second) }
        if let third { append(variable: third) }
    }
}

/// The size of `value` on the wire.
internal func encodedSize(_ value: some BinaryInteger) -> Int {
    VariableInteger.length(of: UInt64(value))
}

/// The size of `text` and its length on the wire.
internal func encodedSize(text: UnsafeRawBufferPointer) -> Int {
    encodedSize(text.count) + text.count
}
