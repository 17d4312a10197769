public import Bytes

extension OutputBuffer {
    /// Appends the beginning of a result, or, with an `offset`, its continuation on a new stream.
    public mutating func appendResultBegin(
        transfer: UInt32,
        taskID: String,
        attempt: UInt32 = 0,
        coding: ResultCoding = .identity,
        offset: UInt64 = 0,
        mediaType: String,
        name: String = ""
    ) {
        unsafe taskID.withEncodableBytes { taskID in
            unsafe mediaType.withEncodableBytes { mediaType in
                unsafe name.withClippedBytes(UpdateLimits.maximumResultName) { name in
                    let length =
                        unsafe encodedSize(transfer) + encodedSize(text: taskID) + encodedSize(attempt)
                        + encodedSize(coding.rawValue) + encodedSize(offset) + encodedSize(text: mediaType)
                        + encodedSize(text: name)
                    appendHeading(FrameType.resultBegin, length: length)
                    append(variable: UInt64(transfer))
                    unsafe append(text: taskID)
                    append(variable: UInt64(attempt))
                    append(variable: UInt64(coding.rawValue))
                    append(variable: offset)
                    unsafe append(text: mediaType)
                    unsafe append(text: name)
                }
            }
        }
    }

    /// Appends one frame with `bytes` of a result; with the transfer's five bytes at most they must not exceed the
    /// receiver's ``UpdateLimits/maximumFrame``.
    public mutating func appendResultBytes(transfer: UInt32, _ bytes: UnsafeRawBufferPointer) {
        appendHeading(FrameType.resultBytes, length: encodedSize(transfer) + bytes.count)
        append(variable: UInt64(transfer))
        unsafe append(bytes)
    }

    /// Appends the end of a result of `length` coded bytes, with their SHA-256 digest (32 bytes) where there is one.
    public mutating func appendResultEnd(transfer: UInt32, length: UInt64, sha256: [UInt8]? = nil) {
        precondition(sha256 == nil || sha256?.count == 32, "a SHA-256 digest of \(sha256?.count ?? 0) bytes")
        appendHeading(
            FrameType.resultEnd,
            length: encodedSize(transfer) + encodedSize(length) + 1 + (sha256?.count ?? 0)
        )
        append(variable: UInt64(transfer))
        append(variable: length)
        append(variable: sha256 == nil ? 0 : 1)
        if let sha256 { append(contentsOf: sha256) }
    }
}
