/// Reads the fields of one frame in order.
///
/// It never fails at once: a field that is not there or not valid reads as zero or as empty, and the reader remembers
/// what was wrong first. The caller looks when it has read all fields, so that parsing a frame is a straight line.
@safe
internal struct FrameReader {
    private let content: UnsafeRawBufferPointer
    private(set) var position: Int
    /// The bytes ended before the fields did.
    private(set) var isTruncated = false
    /// An integer was longer than nine bytes; where the frame has no length, nothing after it can be found.
    private(set) var isOverlong = false
    /// What is wrong with the value of a field, where it could at least be delimited.
    private(set) var problem: StaticString?

    /// A reader of `content` from `position` on.
    init(_ content: UnsafeRawBufferPointer, from position: Int = 0) {
        unsafe self.content = content
        self.position = position
    }

    var hasFailed: Bool { isTruncated || isOverlong }
    var remaining: Int { unsafe content.count - position }

    /// The next integer.
    @inline(__always)
    mutating func integer() -> UInt64 {
        guard remaining >= 8, let here = unsafe content.baseAddress?.advanced(by: position) else {
            return lateInteger()
        }
        let word = unsafe UInt64(littleEndian: here.loadUnaligned(as: UInt64.self))
        guard let (value, length) = VariableInteger.decode(word: word) else { return lateInteger() }
        position &+= length
        return value
    }

    /// An integer of nine bytes, or one near the end of the content.
    @inline(never)
    private mutating func lateInteger() -> UInt64 {
        guard !hasFailed else { return 0 }
        switch unsafe VariableInteger.decode(UnsafeRawBufferPointer(rebasing: content[position...])) {
        case .value(let value, let length):
            position += length
            return value
        case .incomplete: isTruncated = true
        case .tooLong: isOverlong = true
        }
        // Nothing is left to read, so that `integer` need not look at what went wrong.
        position = unsafe content.count
        return 0
    }

    mutating func integer32(_ complaint: StaticString) -> UInt32 {
        let value = integer()
        if let narrow = UInt32(exactly: value) { return narrow }
        complain(complaint)
        return 0
    }

    mutating func integer8(_ complaint: StaticString) -> UInt8 {
        let value = integer()
        if let narrow = UInt8(exactly: value) { return narrow }
        complain(complaint)
        return 0
    }

    /// Length and bytes; nothing is checked but that they are there.
    mutating func bytes(_ limit: Int, _ complaint: StaticString = "text too long") -> UnsafeRawBufferPointer {
        let length = integer()
        guard !hasFailed else { return unsafe UnsafeRawBufferPointer(start: nil, count: 0) }
        guard length <= UInt64(remaining) else {
            truncate()
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe take(Int(length), limit: limit, complaint)
    }

    /// Length and UTF-8 text of at most `limit` bytes.
    mutating func text(_ limit: Int, _ complaint: StaticString = "text too long") -> BorrowedText {
        let text = unsafe bytes(limit, complaint)
        if problem == nil, unsafe !isValidUTF8(text) { complain("text is not UTF-8") }
        return unsafe text
    }

    /// The next `count` bytes, without a length before them.
    mutating func fixed(_ count: Int) -> UnsafeRawBufferPointer {
        guard !hasFailed, count <= remaining else {
            truncate()
            return unsafe UnsafeRawBufferPointer(start: nil, count: 0)
        }
        return unsafe take(count, limit: count, "")
    }

    /// The bytes from `start` to here.
    func read(since start: Int) -> UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: content[start..<position])
    }

    mutating func complain(_ complaint: StaticString) {
        if problem == nil { problem = complaint }
    }

    private mutating func truncate() {
        if !hasFailed { isTruncated = true }
        position = unsafe content.count
    }

    private mutating func take(_ count: Int, limit: Int, _ complaint: StaticString) -> UnsafeRawBufferPointer {
        let taken = unsafe UnsafeRawBufferPointer(rebasing: content[position..<position + count])
        position += count
        if count > limit { complain(complaint) }
        return unsafe taken
    }
}

/// Whether `bytes` are well-formed UTF-8 (RFC 3629: no surrogates, nothing over-long, nothing above U+10FFFF).
internal func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let span = unsafe bytes.bindMemory(to: UInt8.self).span
    return (try? UTF8Span(validating: span)) != nil
}
