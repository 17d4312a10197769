import Glibc

/// A file that appears under its name only when all of it is there.
///
/// Until then it stands beside it under another name, which is removed if nobody calls ``keep()``, unless it is there
/// to be gone on with. What is no regular file, such as /dev/null or a pipe, is written to directly.
final class WholeFile {
    /// The bytes that an earlier call has left to go on from.
    let held: Int

    private let path: String
    private let temporary: String?
    private let keepsParts: Bool
    private var descriptor: CInt

    /// - Parameter continues: goes on with what an earlier file of this kind has left, and leaves what it has itself.
    init(_ path: String, continues: Bool = false) throws(CommandFailure) {
        self.path = path
        keepsParts = continues
        var information = stat()
        let exists = stat(path, &information) == 0
        if exists, information.st_mode & S_IFMT != S_IFREG {
            if continues { throw CommandFailure("cannot go on with \(path), which is no regular file") }
            temporary = nil
            descriptor = open(path, O_WRONLY | O_CLOEXEC)
        } else {
            let name = continues ? "\(path).part" : "\(path).part-\(getpid())"
            temporary = name
            descriptor = open(name, O_RDWR | O_CREAT | O_CLOEXEC | (continues ? 0 : O_TRUNC), 0o666)
        }
        var length = 0
        let isOpen = descriptor >= 0
        if isOpen, continues {
            guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
                close(descriptor)
                throw CommandFailure("another program writes to \(path).part")
            }
            length = max(0, Int(lseek(descriptor, 0, SEEK_END)))
        }
        held = length
        guard isOpen else { throw CommandFailure("cannot write to \(path): \(SystemError.text(errno))") }
    }

    deinit {
        guard descriptor >= 0 else { return }
        close(descriptor)
        if let temporary, !keepsParts { unlink(temporary) }
    }

    func append(_ bytes: [UInt8]) throws(CommandFailure) {
        try Console.write(bytes, to: descriptor, called: path)
    }

    /// Gives the first `count` bytes of what is held to `body`, in pieces, and drops the rest.
    func reuse(_ count: Int, _ body: ([UInt8]) -> Void) throws(CommandFailure) {
        var position = 0
        while position < count {
            var piece = [UInt8](repeating: 0, count: min(262_144, count - position))
            let filled = piece.withUnsafeMutableBytes {
                pread(descriptor, $0.baseAddress, $0.count, off_t(position))
            }
            guard filled > 0 else { throw CommandFailure("cannot read \(path).part: \(SystemError.text(errno))") }
            piece.removeLast(piece.count - filled)
            body(piece)
            position += filled
        }
        guard ftruncate(descriptor, off_t(count)) == 0, lseek(descriptor, off_t(count), SEEK_SET) == count else {
            throw CommandFailure("cannot write to \(path).part: \(SystemError.text(errno))")
        }
    }

    /// Removes what there is, also where it was to be gone on with: it is of no use to anybody.
    func discard() {
        if let temporary { unlink(temporary) }
    }

    /// Gives the file its name. Nothing may be appended after that.
    func keep() throws(CommandFailure) {
        // A lock ends with its last descriptor, and so only after the file has its name.
        let copy = dup(descriptor)
        defer { if copy >= 0 { close(copy) } }
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
