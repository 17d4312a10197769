import Glibc

/// Why there is no load: in words, without the server's name.
public struct LoadFailure: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) {
        self.description = description
    }

    /// What the C library says about an error number.
    init(code: CInt) {
        // Safe between threads from glibc 2.32 on.
        description = String(cString: strerror(code))
    }
}
