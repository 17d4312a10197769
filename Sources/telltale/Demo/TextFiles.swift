import Glibc

/// Finds the text files under a path: recursively, in a stable order, and within bounds.
///
/// Left out are hidden files and folders, folders that hold what was built or fetched, symbolic links (they may lead
/// round in circles, or out of the folder), what is empty, too large, or not UTF-8 text.
struct TextFiles {
    /// The demo is to be watched: this many files are enough.
    static let maximumFiles = 100
    /// A larger file is data rather than text; its result would also not stay in memory.
    static let maximumFileBytes = 4 << 20
    /// Folders below the path, and entries looked at, so that a demo in `/` starts, too.
    static let maximumDepth = 16
    static let maximumEntries = 20_000
    /// The part of a file that decides whether it is text.
    static let sampleBytes = 8_192
    /// Folders of built or fetched files, by custom of the common tools.
    static let skippedFolders: Set<String> = [
        "build", "dist", "node_modules", "out", "target", "vendor", "venv", "__pycache__", "DerivedData", "Pods",
    ]

    /// A text file.
    struct File: Equatable, Sendable {
        /// As it can be opened.
        var path: String
        /// In bytes, when it was found.
        var length: Int
    }

    /// What was found, in the order of the paths.
    private(set) var files: [File] = []
    /// There was more than the bounds allow.
    private(set) var isCut = false
    private var entriesSeen = 0

    /// Looks at `paths`, files or folders.
    /// - Throws: ``CommandFailure`` when a path does not exist, cannot be read, or is a file but no text.
    init(under paths: [String]) throws(CommandFailure) {
        for path in paths {
            var status = stat()
            guard stat(path, &status) == 0 else { throw Self.failure(path) }
            switch status.st_mode & S_IFMT {
            case S_IFDIR: try walkRoot(path)
            case S_IFREG:
                let length = Int(status.st_size)
                guard (1...Self.maximumFileBytes).contains(length), Self.isText(path) else {
                    throw CommandFailure("\(path) is not a text file of 1 byte to \(Self.maximumFileBytes >> 20) MiB")
                }
                add(File(path: path, length: length))
            default: throw CommandFailure("\(path) is neither a file nor a folder")
            }
        }
    }

    private mutating func walkRoot(_ path: String) throws(CommandFailure) {
        guard let names = Self.names(in: path) else { throw Self.failure(path) }
        walk(path == "." ? "" : path.hasSuffix("/") ? path : path + "/", names, depth: 0)
    }

    /// Takes what is in a folder; `prefix` ends in a slash, or is empty for the current folder.
    private mutating func walk(_ prefix: String, _ names: [String], depth: Int) {
        for name in names where !name.hasPrefix(".") {
            guard !isCut else { return }
            entriesSeen += 1
            guard entriesSeen <= Self.maximumEntries else {
                isCut = true
                return
            }
            let path = prefix + name
            var status = stat()
            guard lstat(path, &status) == 0 else { continue }
            switch status.st_mode & S_IFMT {
            case S_IFDIR where depth < Self.maximumDepth && !Self.skippedFolders.contains(name):
                walk(path + "/", Self.names(in: path) ?? [], depth: depth + 1)
            case S_IFREG where (1...Self.maximumFileBytes).contains(Int(status.st_size)) && Self.isText(path):
                add(File(path: path, length: Int(status.st_size)))
            default: continue
            }
        }
    }

    private mutating func add(_ file: File) {
        if files.count < Self.maximumFiles {
            files.append(file)
        } else {
            isCut = true
        }
    }

    /// The names in a folder, sorted; nil when it cannot be read.
    private static func names(in path: String) -> [String]? {
        guard let folder = opendir(path) else { return nil }
        defer { closedir(folder) }
        var names: [String] = []
        while let entry = readdir(folder) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// True when the beginning of the file is UTF-8 without a NUL.
    private static func isText(_ path: String) -> Bool {
        guard let file = FileReader(path), let sample = file.read(sampleBytes), !sample.isEmpty else { return false }
        guard !sample.contains(0) else { return false }
        // The sample may end inside a character of up to four bytes.
        return (0..<min(4, sample.count)).contains { String(validating: sample.dropLast($0), as: UTF8.self) != nil }
    }

    private static func failure(_ path: String) -> CommandFailure {
        CommandFailure("cannot read \(path): \(SystemError.text(errno))")
    }
}

/// A file that is read from its beginning to its end.
struct FileReader: ~Copyable {
    private let descriptor: CInt

    /// Opens the file; nil, with the reason in `errno`, when that is not possible.
    init?(_ path: String) {
        descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { return nil }
    }

    deinit {
        _ = close(descriptor)
    }

    /// The next bytes, at most `maximum`; none at the end; nil, with the reason in `errno`, after a failure.
    func read(_ maximum: Int) -> [UInt8]? {
        while true {
            var count = 0
            let bytes = [UInt8](unsafeUninitializedCapacity: maximum) { buffer, initialized in
                count = Glibc.read(descriptor, buffer.baseAddress, maximum)
                initialized = max(count, 0)
            }
            if count >= 0 { return bytes }
            if errno != EINTR { return nil }
        }
    }
}
