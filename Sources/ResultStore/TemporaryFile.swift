internal import Glibc

/// A file without a name, which is gone when its last holder lets go of it, or the process ends.
///
/// Only the descriptor is kept, and all access names its offset, so any number of threads may read at once.
final class TemporaryFile: Sendable {
    private let descriptor: Int32

    /// Makes an empty file in `folder`, readable by nobody else.
    init(in folder: String) throws(DiskFailure) {
        let name = "\(folder)/telltale-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
        descriptor = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw DiskFailure(.create, code: errno) }
        // The name is needed for no longer than it takes to lose it; a process killed in between leaves an empty file.
        guard unlink(name) == 0 else {
            let code = errno
            close(descriptor)
            throw DiskFailure(.create, code: code)
        }
    }

    /// Takes over `descriptor`.
    init(adopting descriptor: Int32) {
        self.descriptor = descriptor
    }

    deinit {
        DescriptorCloser.shared.close(descriptor)
    }

    /// Another descriptor of the file, which the caller closes.
    func duplicate() throws(DiskFailure) -> Int32 {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 0)
        guard copy >= 0 else { throw DiskFailure(.read, code: errno) }
        return copy
    }

    /// Waits until `range` of the file is in the page cache, so that it can be sent without waiting for the disk.
    func load(_ range: Range<Int>) throws(DiskFailure) {
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
                _ = try read(at: start + index * page, into: byte)
            }
        }
    }

    /// Writes all of `bytes` at `offset`.
    func write(_ bytes: UnsafeRawBufferPointer, at offset: Int) throws(DiskFailure) {
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
