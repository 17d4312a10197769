internal import Glibc

/// The folder that a server keeps its data in, for as long as this object lives: no other server has it then.
///
/// The lock is the kernel's (`flock(2)`) and ends with the process, however that ends.
public final class DataFolder: Sendable {
    /// Without a slash at its end.
    public let path: String
    private let descriptor: Int32

    /// Takes the folder at `path`, and makes it where there is none; its parent must be there. Others may not look
    /// into a folder that was made here.
    public init(_ path: String) throws(StoreFailure) {
        var path = path
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        self.path = path
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .folder(path, code: errno) }
        let descriptor = open(path + "/telltale.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        if descriptor < 0 { throw .folder(path, code: errno) }
        if flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            defer { close(descriptor) }
            if code == EWOULDBLOCK {
                throw .inUse(folder: path, process: DataFolder.process(in: descriptor))
            }
            throw .folder(path, code: code)
        }
        self.descriptor = descriptor
        // For people, and for the message of whoever comes second; the lock does not stand on it.
        let line = "\(getpid())\n"
        if ftruncate(descriptor, 0) == 0 { _ = pwrite(descriptor, line, line.utf8.count, 0) }
    }

    deinit {
        close(descriptor)
    }

    /// Makes a folder within this one where there is none.
    public func makeFolder(_ path: String) throws(StoreFailure) {
        if mkdir(path, 0o700) != 0, errno != EEXIST { throw .folder(path, code: errno) }
    }

    /// Where the jobs are.
    public var database: String { path + "/telltale.db" }

    private static func process(in descriptor: Int32) -> Int32? {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        guard count > 0 else { return nil }
        return Int32(String(decoding: bytes[..<count].prefix { $0 != 0x0A }, as: UTF8.self))
    }
}
