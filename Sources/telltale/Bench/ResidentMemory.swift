import Glibc

/// The memory of this process that stands in physical pages.
enum ResidentMemory {
    /// Bytes now, from `/proc/self/statm`.
    /// - Throws: ``CommandFailure`` where the system does not say.
    static func bytes() throws(CommandFailure) -> Int {
        let path = "/proc/self/statm"
        guard let file = fopen(path, "re") else {
            throw CommandFailure("cannot read \(path): \(SystemError.text(errno))")
        }
        defer { fclose(file) }
        var text = [UInt8](repeating: 0, count: 256)
        let count = fread(&text, 1, text.count, file)
        // The second of the numbers; they count pages.
        let numbers = String(decoding: text[..<count], as: UTF8.self).split(separator: " ")
        guard numbers.count > 1, let pages = Int(numbers[1]) else {
            throw CommandFailure("cannot read \(path): it does not say how much is resident")
        }
        return pages * sysconf(CInt(_SC_PAGESIZE))
    }
}
