/// What a writer knows, without its lock.
struct ResultWriterState {
    private let description: ResultDescription
    private let limit: Int
    /// The most bytes that may be sent.
    private let codedLimit: Int
    /// The bytes taken, as they are sent.
    private(set) var held = 0
    /// What every further call returns, once the result has ended in one way or the other.
    private var failure: ResultFailure?
    /// The number under which the result was stored.
    private var storedID: UInt64?
    /// When the segment under way was ended last to show what there is, in milliseconds since 1970 UTC.
    private var shownAt = Int64.min
    /// What makes ``pipeline``, until the first byte is there or the result ends: a sender may begin many results and
    /// send none of them.
    private var makePipeline: (() -> ResultPipeline)?
    /// Everything that takes memory; nil before the first byte and when the result has ended.
    private var pipeline: ResultPipeline?

    init(_ description: ResultDescription, limit: Int, level: Int, folder: ResultFolder, quota: Quota) {
        self.description = description
        self.limit = limit
        codedLimit = description.coding == .gzip ? ResultLimits.codedLength(forContent: limit) : limit
        makePipeline = {
            ResultPipeline(
                description,
                limit: limit,
                level: level,
                content: ContentWriter(folder: folder, quota: quota)
            )
        }
    }

    /// True while the compressor and its buffers are there.
    var holdsMemory: Bool { pipeline != nil }

    private mutating func open() -> ResultPipeline? {
        if let makePipeline {
            self.makePipeline = nil
            pipeline = makePipeline()
        }
        return pipeline
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> ResultFailure? {
        if let failure { return failure }
        guard offset <= held else { return .missingBytes(held: held) }
        // Negative offsets cannot be sent; nothing is skipped wrongly should one arrive all the same.
        let known = min(held - max(offset, 0), bytes.count)
        return append(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(known)))
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) -> ResultFailure? {
        guard !bytes.isEmpty || failure != nil else { return nil }
        guard let pipeline = open() else { return failure ?? .ended }
        do throws(ResultFailure) {
            guard bytes.count <= codedLimit - held else { throw .tooLarge(limit: limit) }
            try pipeline.append(bytes)
            held += bytes.count
            return nil
        } catch {
            end(error)
            return error
        }
    }

    mutating func finish(
        length: Int?,
        sha256: [UInt8]?,
        at wall: Int64,
        store: ResultStore
    ) throws(ResultFailure) -> StoredResult {
        guard let pipeline = open() else { throw failure ?? .ended }
        if let length, length != held { throw .wrongLength(held: held) }
        do throws(ResultFailure) {
            let result = try pipeline.finish(description, sha256: sha256, at: wall, store: store)
            storedID = result.id
            end(.ended)
            return result
        } catch {
            end(error)
            throw error
        }
    }

    mutating func stage(at wall: Int64) -> ResultWriter.Stage {
        if let storedID { return .stored(storedID) }
        if failure != nil { return .over }
        guard let pipeline else { return .arriving(nil) }
        // Many may look, and each segment that ends early compresses less.
        let endsSegment = shownAt == .min || wall < shownAt || wall - shownAt >= ResultLimits.showInterval
        if endsSegment { shownAt = wall }
        do throws(ResultFailure) {
            return .arriving(try pipeline.soFar(description, endsSegment: endsSegment, at: wall))
        } catch {
            end(error)
            return .over
        }
    }

    mutating func abandon() {
        if failure == nil { end(.ended) }
    }

    private mutating func end(_ reason: ResultFailure) {
        failure = reason
        makePipeline = nil
        pipeline = nil
    }
}
