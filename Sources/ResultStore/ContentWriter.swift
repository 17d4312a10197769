/// Takes a result's compressed bytes: into memory while they are few, then into a file.
struct ContentWriter: ~Copyable {
    private let folder: ResultFolder
    private let share: QuotaShare
    private var memory: [UInt8] = []
    private var file: TemporaryFile?
    private var length = 0

    /// Nothing yet; files are made in `folder`, and all space is taken from `quota`.
    init(folder: ResultFolder, quota: Quota) {
        self.folder = folder
        share = QuotaShare(of: quota)
    }

    /// Takes the next bytes.
    mutating func append(_ bytes: UnsafeRawBufferPointer) throws(ResultFailure) {
        if let file {
            guard share.take(storedBytes: bytes.count) else { throw .storeFull }
            try write(bytes, to: file)
        } else if memory.count + bytes.count <= ResultLimits.memoryLength,
            share.take(storedBytes: bytes.count, memoryBytes: bytes.count)
        {
            memory.append(contentsOf: bytes)
            length += bytes.count
        } else {
            try spill()
            try append(bytes)
        }
    }

    /// What was taken so far. It stays as it is while more is taken.
    func soFar() -> ResultContent {
        let place: ResultContent.Place = if let file { .file(file) } else { .memory(memory) }
        return ResultContent(place: place, length: length, share: share)
    }

    /// Moves what is in memory to a new file.
    private mutating func spill() throws(ResultFailure) {
        guard share.take(files: 1) else { throw .storeFull }
        let fresh: TemporaryFile
        do throws(DiskFailure) {
            fresh = try TemporaryFile(in: folder)
        } catch {
            throw .disk(error)
        }
        let held = memory
        memory = []
        file = fresh
        length = 0
        try held.span.bytes.withUnsafeBytes { (bytes) throws(ResultFailure) in try write(bytes, to: fresh) }
        _ = share.take(memoryBytes: -held.count)
    }

    private mutating func write(_ bytes: UnsafeRawBufferPointer, to file: TemporaryFile) throws(ResultFailure) {
        do throws(DiskFailure) {
            try file.write(bytes, at: length)
        } catch {
            throw .disk(error)
        }
        length += bytes.count
    }
}
