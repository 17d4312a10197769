/// Type and length, which begin every frame of a type below 0x40.
@usableFromInline
internal enum FrameHeading {
    @usableFromInline
    internal enum Outcome {
        /// The payload starts at `start` and has `length` bytes, within the limit.
        case heading(start: Int, length: Int)
        case incomplete
        case failed(ErrorCode, StaticString)
    }

    @usableFromInline
    internal static func read(_ bytes: UnsafeRawBufferPointer, limits: UpdateLimits) -> Outcome {
        switch unsafe VariableInteger.decode(UnsafeRawBufferPointer(rebasing: bytes[1...])) {
        case .incomplete: .incomplete
        case .tooLong: .failed(.integerTooLong, "the length of a frame is longer than nine bytes")
        case .value(let length, _) where length > UInt64(limits.maximumFrame):
            .failed(.frameTooLong, "a frame above the limit")
        case .value(let length, let width): .heading(start: 1 + width, length: Int(length))
        }
    }
}
