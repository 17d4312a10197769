import Glibc

/// A file that appears under its name only when all of it is there.
///
/// Until then it stands beside it under another name, which is removed if nobody calls ``keep()``. What is no regular
/// file, such as /dev/null or a pipe, is written to directly.
final class WholeFile {
    private let path: String
    private let temporary: String?
    private var descriptor: CInt

    init(_ path: String) throws(CommandFailure) {
        self.path = path
        var information = stat()
        let exists = stat(path, &information) == 0
        if exists, information.st_mode & S_IFMT != S_IFREG {
            temporary = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let name = "\(path).part-\(getpid())"
            temporary = name
            descriptor = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        }
        guard descriptor >= 0 else { throw CommandFailure("cannot write to \(path): \(SystemError.text(errno))") }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporary { unlink(temporary) }
    }

    func append(_ bytes: [UInt8]) throws(CommandFailure) {
        try Console.write(bytes, to: descriptor, called: path)
    }

    /// Gives the file its name. Nothing may be appended after that.
    func keep() throws(CommandFailure) {
        let isClosed = close(descriptor) == 0
        descriptor = -1
        guard let temporary else { return }
        guard isClosed, rename(temporary, path) == 0 else {
            let reason = SystemError.text(errno)
            unlink(temporary)
            throw CommandFailure("cannot write to \(path): \(reason)")
        }
    }
}
