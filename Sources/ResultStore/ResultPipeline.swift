internal import Deflate
internal import JSON

/// What the bytes of one arriving result go through: decoder, limit, JSON check, compressor, storage.
///
/// It belongs to one ``ResultWriter``, which lets one thread in at a time, and is let go of when the result has ended.
final class ResultPipeline {
    private let limit: Int
    private let inflater: Inflater?
    private let inflated: PieceBuffer
    private var validator: JSONValidator?
    private let encoder: SegmentEncoder
    private var content: ContentWriter
    private var index = SegmentIndex()
    private var hashes: ArrivalHashes
    private var length = 0
    private var plain: [UInt8] = []

    init(_ description: ResultDescription, limit: Int, level: Int, content: consuming ContentWriter) {
        self.limit = limit
        inflater = description.coding == .gzip ? Inflater(format: .gzip, limit: limit) : nil
        inflated = PieceBuffer(capacity: inflater == nil ? 0 : DeflateLimits.pieceLength)
        validator = description.isJSON ? JSONValidator() : nil
        encoder = SegmentEncoder(level: level)
        hashes = ArrivalHashes(description.coding)
        self.content = content
    }

    /// Takes the next bytes as they are sent.
    func append(_ bytes: UnsafeRawBufferPointer) throws(ResultFailure) {
        hashes.addSent(bytes)
        guard let inflater else { return try take(bytes) }
        try inflated.withMemory { (memory) throws(ResultFailure) in
            var rest = bytes
            var isFull = true
            // A full buffer means that there may be more, also when all the input is taken.
            while isFull || !rest.isEmpty {
                let step = inflater.inflate(rest, into: memory)
                if case .failed(let failure) = step.status { throw explain(failure) }
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(step.consumed))
                isFull = step.produced == memory.count
                try take(UnsafeRawBufferPointer(rebasing: memory.prefix(step.produced)))
            }
        }
    }

    /// Ends the result, and makes of it what the store keeps.
    ///
    /// - Parameter sha256: the digest of what was sent, where the sender gives it.
    func finish(
        _ description: ResultDescription,
        sha256: [UInt8]?,
        at wall: Int64,
        store: ResultStore
    ) throws(ResultFailure) -> StoredResult {
        if let sha256, sha256 != hashes.digestOfSent() { throw .wrongDigest }
        if let failure = inflater?.finish() { throw explain(failure) }
        if let failure = validator?.finish() { throw .malformedJSON(failure) }
        try encoder.finish { (output) throws(ResultFailure) in try keep(output) }
        let content = content.soFar()
        let digests = hashes.digests(index)
        return try store.keep(content) { id, content in
            StoredResult(
                id: id,
                description: description,
                storedAt: wall,
                index: index,
                digests: digests,
                content: content,
                plainContent: length <= ResultLimits.plainLength ? plain : nil
            )
        }
    }

    /// What has arrived, as a result that can be read.
    ///
    /// - Parameter endsSegment: the segment under way is ended for it, so that nothing is left out.
    func soFar(
        _ description: ResultDescription,
        endsSegment: Bool,
        at wall: Int64
    ) throws(ResultFailure) -> StoredResult {
        if endsSegment { try encoder.finish { (output) throws(ResultFailure) in try keep(output) } }
        return StoredResult(
            id: 0,
            description: description,
            storedAt: wall,
            index: index,
            digests: hashes.digests(index),
            content: content.soFar(),
            plainContent: nil
        )
    }

    /// Takes the next bytes of the content.
    private func take(_ bytes: UnsafeRawBufferPointer) throws(ResultFailure) {
        guard bytes.count <= limit - length else { throw .tooLarge(limit: limit) }
        if let failure = validator?.feed(bytes) { throw .malformedJSON(failure) }
        length += bytes.count
        hashes.addContent(bytes)
        if length <= ResultLimits.plainLength { plain.append(contentsOf: bytes) }
        try encoder.append(bytes) { (output) throws(ResultFailure) in try keep(output) }
    }

    private func keep(_ output: SegmentEncoder.Output) throws(ResultFailure) {
        switch output {
        case .bytes(let bytes):
            hashes.addStored(bytes)
            try content.append(bytes)
        case .end(let segment): index.append(segment)
        }
    }

    private func explain(_ failure: InflateFailure) -> ResultFailure {
        switch failure {
        case .corrupt, .truncated: .corruptGzip
        case .tooLong: .tooLarge(limit: limit)
        }
    }
}
