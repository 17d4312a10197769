internal import Glibc
internal import Synchronization

/// A file that is gone when its last holder lets go of it, or the process ends, unless it was kept.
///
/// All access names its offset, so any number of threads may read at once.
final class TemporaryFile: Sendable {
    /// How the bytes are reached.
    private enum Access: Sendable {
        /// By a descriptor that lives as long as this object: the file may have no name.
        case descriptor(Int32)
        /// By the name of a kept file, which is opened for each use: a million results must not need a million
        /// descriptors.
        case path(String)
    }

    private let access: Access
    /// Its name for as long as it has one that goes with this object.
    private let name = Mutex<String?>(nil)

    /// Makes an empty file in `folder`, readable by nobody else. It has a name only where it may be kept.
    init(in folder: ResultFolder) throws(DiskFailure) {
        let name = folder.freshPath()
        let descriptor = Glibc.open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DiskFailure(.create, code: errno) }
        access = .descriptor(descriptor)
        if folder.keepsFiles {
            self.name.withLock { $0 = name }
            return
        }
        // The name is needed for no longer than it takes to lose it; a process killed in between leaves an empty file.
        guard unlink(name) == 0 else {
            let code = errno
            close(descriptor)
            throw DiskFailure(.create, code: code)
        }
    }

    /// A file that was kept and is `length` bytes long; nil where there is none.
    init?(kept path: String, length: Int) {
        var status = stat()
        guard lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size == length else {
            return nil
        }
        access = .path(path)
    }

    /// Has the file of that name go with this object, which is that of a kept file.
    func leave() {
        guard case .path(let path) = access else { return }
        name.withLock { $0 = path }
    }

    /// Has what is written survive the process and a loss of power, under the name `path` in the same folder.
    func keep(as path: String) throws(DiskFailure) {
        guard try withDescriptor({ fsync($0) }) == 0 else { throw DiskFailure(.write, code: errno) }
        let code: Int32 = name.withLock { name in
            guard let present = name, rename(present, path) == 0 else { return name == nil ? 0 : errno }
            name = nil
            return 0
        }
        guard code == 0 else { throw DiskFailure(.write, code: code) }
        // The name itself is on disk when the folder is.
        let folder = Glibc.open(String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]), O_RDONLY | O_CLOEXEC)
        guard folder >= 0 else { throw DiskFailure(.write, code: errno) }
        defer { close(folder) }
        guard fsync(folder) == 0 else { throw DiskFailure(.write, code: errno) }
    }

    /// Takes over `descriptor`.
    init(adopting descriptor: Int32) {
        access = .descriptor(descriptor)
    }

    deinit {
        name.withLock { name in
            if let name { unlink(name) }
        }
        if case .descriptor(let descriptor) = access { DescriptorCloser.shared.close(descriptor) }
    }

    /// Another descriptor of the file, which the caller closes.
    func duplicate() throws(DiskFailure) -> Int32 {
        switch access {
        case .path(let path): return try Self.open(path)
        case .descriptor(let descriptor):
            let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
            guard copy >= 0 else { throw DiskFailure(.read, code: errno) }
            return copy
        }
    }

    private func withDescriptor<R>(_ body: (Int32) throws(DiskFailure) -> R) throws(DiskFailure) -> R {
        switch access {
        case .descriptor(let descriptor): return try body(descriptor)
        case .path(let path):
            let descriptor = try Self.open(path)
            defer { close(descriptor) }
            return try body(descriptor)
        }
    }

    private static func open(_ path: String) throws(DiskFailure) -> Int32 {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw DiskFailure(.read, code: errno) }
        return descriptor
    }

    /// Waits until `range` of the file is in the page cache, so that it can be sent without waiting for the disk.
    func load(_ range: Range<Int>) throws(DiskFailure) {
        try withDescriptor { (descriptor) throws(DiskFailure) in try Self.load(range, of: descriptor) }
    }

    private static func load(_ range: Range<Int>, of descriptor: Int32) throws(DiskFailure) {
        let page = Int(getpagesize())
        let start = range.lowerBound / page * page
        let length = range.upperBound - start
        guard length > 0 else { return }
        // The mapping is asked about and never touched.
        guard let mapping = mmap(nil, length, PROT_READ, MAP_SHARED, descriptor, off_t(start)), mapping != MAP_FAILED
        else { throw DiskFailure(.read, code: errno) }
        var isPresent = [UInt8](repeating: 0, count: (length + page - 1) / page)
        let isKnown = mincore(mapping, length, &isPresent) == 0
        munmap(mapping, length)
        guard let first = isPresent.firstIndex(where: { !isKnown || $0 & 1 == 0 }) else { return }
        posix_fadvise(descriptor, off_t(start + first * page), off_t(length - first * page), POSIX_FADV_WILLNEED)
        for index in first..<isPresent.count where !isKnown || isPresent[index] & 1 == 0 {
            try withUnsafeTemporaryAllocation(byteCount: 1, alignment: 1) { (byte) throws(DiskFailure) in
                _ = try read(at: start + index * page, into: byte, of: descriptor)
            }
        }
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskFailure) {
        guard case .descriptor(let descriptor) = access else { preconditionFailure("a kept file is whole") }
        var written = 0
        while written < bytes.count {
            let rest = UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = pwrite(descriptor, rest.baseAddress, rest.count, off_t(offset + written))
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                throw DiskFailure(.write, code: count == 0 ? ENOSPC : errno)
            }
        }
    }

    /// Reads from `offset` until `memory` is full or the file ends, and returns the number of bytes read.
    func read(at offset: Int, into memory: UnsafeMutableRawBufferPointer) throws(DiskFailure) -> Int {
        try withDescriptor { (descriptor) throws(DiskFailure) in
            try Self.read(at: offset, into: memory, of: descriptor)
        }
    }

    private static func read(
        at offset: Int,
        into memory: UnsafeMutableRawBufferPointer,
        of descriptor: Int32
    ) throws(DiskFailure) -> Int {
        var total = 0
        while total < memory.count {
            let rest = UnsafeMutableRawBufferPointer(rebasing: memory[total...])
            let count = pread(descriptor, rest.baseAddress, rest.count, off_t(offset + total))
            if count == 0 { break }
            if count > 0 {
                total += count
            } else if errno != EINTR {
                throw DiskFailure(.read, code: errno)
            }
        }
        return total
    }
}
