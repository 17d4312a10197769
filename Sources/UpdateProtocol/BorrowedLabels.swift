/// The labels of a bind, in the order of the frame and checked: at most ``UpdateLimits/maximumLabels``, keys not empty.
/// Valid during the handler's call only.
@safe
public struct BorrowedLabels: @unsafe Sequence {
    public let count: Int
    private let bytes: UnsafeRawBufferPointer

    /// `count` labels whose keys and values stand in `bytes`, each after its length.
    internal init(count: Int, bytes: UnsafeRawBufferPointer) {
        self.count = count
        unsafe self.bytes = bytes
    }

    internal static var none: Self { unsafe Self(count: 0, bytes: UnsafeRawBufferPointer(start: nil, count: 0)) }

    public func makeIterator() -> Iterator {
        unsafe Iterator(remaining: count, reader: FrameReader(bytes))
    }

    @safe
    public struct Iterator: @unsafe IteratorProtocol {
        private var remaining: Int
        private var reader: FrameReader

        internal init(remaining: Int, reader: FrameReader) {
            self.remaining = remaining
            self.reader = reader
        }

        public mutating func next() -> (key: BorrowedText, value: BorrowedText)? {
            guard remaining > 0 else { return nil }
            remaining -= 1
            let key = unsafe reader.bytes(UpdateLimits.maximumLabelKey)
            return unsafe (key, reader.bytes(UpdateLimits.maximumLabelValue))
        }
    }
}
