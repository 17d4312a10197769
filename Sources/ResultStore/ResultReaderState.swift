/// What a reader knows, without its lock.
struct ResultReaderState {
    /// What is being given out.
    private enum Section {
        /// What stands before the result.
        case head
        /// The result.
        case middle
        /// What stands after it.
        case tail
    }

    private let result: StoredResult
    private let framing: ResultFraming
    private var section = Section.head
    /// The bytes of the section that were given out; of the middle when it is not decoded.
    private var position = 0
    /// What decodes the middle; nil when it is given out as it is stored, or kept plain.
    private var decoder: SegmentDecoder?
    private let coding: ResultCoding
    private var failure: ResultFailure?

    init(_ result: StoredResult, coding: ResultCoding, framing: ResultFraming) {
        self.result = result
        self.coding = coding
        self.framing = framing
    }

    mutating func read(into memory: UnsafeMutableRawBufferPointer) -> ResultReader.Outcome {
        if let failure { return .failed(failure) }
        do throws(ResultFailure) {
            var filled = 0
            while filled < memory.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
                let count = try readSection(into: room)
                filled += count
                if count > 0 { continue }
                guard let next = next(after: section) else { break }
                section = next
                position = 0
            }
            return filled > 0 ? .bytes(filled) : .end
        } catch {
            failure = error
            decoder = nil
            return .failed(error)
        }
    }

    private func next(after section: Section) -> Section? {
        switch section {
        case .head: .middle
        case .middle: .tail
        case .tail: nil
        }
    }

    /// The next bytes of the section; 0 at its end.
    private mutating func readSection(into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        switch section {
        case .head: return copy(framing.head, into: memory)
        case .tail: return copy(framing.tail, into: memory)
        case .middle: return try readMiddle(into: memory)
        }
    }

    private mutating func readMiddle(into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        if coding == .gzip {
            let count = try result.content.read(at: position, into: memory)
            position += count
            return count
        }
        if let plain = result.plainContent { return copy(plain, into: memory) }
        let decoder = decoder ?? SegmentDecoder(result)
        self.decoder = decoder
        return try decoder.read(into: memory)
    }

    private mutating func copy(_ bytes: [UInt8], into memory: UnsafeMutableRawBufferPointer) -> Int {
        let count = min(memory.count, bytes.count - position)
        guard count > 0 else { return 0 }
        memory.copyBytes(from: bytes[position..<position + count])
        position += count
        return count
    }
}
