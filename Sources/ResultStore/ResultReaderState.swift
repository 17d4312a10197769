/// What a reader knows, without its lock.
struct ResultReaderState {
    private let result: StoredResult
    private let sections: [ResultBody.Section]
    /// The number of the section that is being given out, and how many of its bytes were.
    private var index = 0
    private var position = 0
    /// What decodes the section; nil when it is given out as it is stored, or kept plain.
    private var decoder: SegmentDecoder?
    private var failure: ResultFailure?

    init(_ result: StoredResult, _ body: ResultBody) {
        self.result = result
        sections = body.sections
    }

    mutating func read(into memory: UnsafeMutableRawBufferPointer) -> ResultReader.Outcome {
        if let failure { return .failed(failure) }
        do throws(ResultFailure) {
            var filled = 0
            while filled < memory.count, index < sections.count {
                let room = UnsafeMutableRawBufferPointer(rebasing: memory[filled...])
                let count = try read(sections[index], into: room)
                filled += count
                position += count
                guard count == 0 else { continue }
                index += 1
                position = 0
                decoder = nil
            }
            return filled > 0 ? .bytes(filled) : .end
        } catch {
            failure = error
            decoder = nil
            return .failed(error)
        }
    }

    /// The next bytes of the section; 0 at its end.
    private mutating func read(
        _ section: ResultBody.Section,
        into memory: UnsafeMutableRawBufferPointer
    ) throws(ResultFailure) -> Int {
        switch section {
        case .bytes(let bytes): return copy(bytes[...], into: memory)
        case .stored: return try result.content.read(at: position, into: memory)
        case .content(let range):
            if let plain = result.plainContent { return copy(plain[range], into: memory) }
            let room = UnsafeMutableRawBufferPointer(rebasing: memory.prefix(range.count - position))
            guard !room.isEmpty else { return 0 }
            let decoder = decoder ?? SegmentDecoder(result, from: range.lowerBound)
            self.decoder = decoder
            return try decoder.read(into: room)
        }
    }

    private func copy(_ bytes: ArraySlice<UInt8>, into memory: UnsafeMutableRawBufferPointer) -> Int {
        let rest = bytes.dropFirst(position).prefix(memory.count)
        memory.copyBytes(from: rest)
        return rest.count
    }
}
