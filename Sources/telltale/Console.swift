import Glibc

/// Standard output and standard error, written without a buffer in between.
enum Console {
    /// Writes `text` and a line feed to standard output.
    /// - Throws: ``CommandFailure``: silent when nobody reads any more, as for a program that SIGPIPE ends.
    static func print(_ text: String) throws(CommandFailure) {
        try write(Array((text + "\n").utf8))
    }

    /// Writes all of `bytes` to standard output.
    static func write(_ bytes: [UInt8]) throws(CommandFailure) {
        try write(bytes, to: STDOUT_FILENO, called: "standard output")
    }

    /// Writes all of `bytes` to `descriptor`, which an error names as `name`.
    static func write(_ bytes: [UInt8], to descriptor: CInt, called name: String) throws(CommandFailure) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count >= 0 {
                rest = rest.dropFirst(count)
            } else if errno == EPIPE {
                throw .silent(.brokenPipe)
            } else if errno != EINTR {
                throw CommandFailure("cannot write to \(name): \(SystemError.text(errno))")
            }
        }
    }

    /// Says `text` on standard error, as one line under the program's name. A line that cannot be written is lost:
    /// there is nowhere left to say so.
    static func warn(_ text: String) {
        let line = "telltale: " + TerminalText.harmless(text) + "\n"
        try? write(Array(line.utf8), to: STDERR_FILENO, called: "standard error")
    }
}

/// Texts of the C library's error numbers.
enum SystemError {
    static func text(_ code: CInt) -> String {
        // Safe between threads from glibc 2.32 on.
        String(cString: strerror(code))
    }
}
