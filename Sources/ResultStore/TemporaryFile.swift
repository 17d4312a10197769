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
        close(descriptor)
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
