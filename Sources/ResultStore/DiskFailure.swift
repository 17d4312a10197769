internal import Glibc

/// What the system said when it refused a file operation.
public struct DiskFailure: Error, Equatable, Sendable {
    /// What was tried.
    public enum Operation: String, Sendable {
        /// Making a file.
        case create
        /// Writing to it.
        case write
        /// Reading from it.
        case read
    }

    /// What was tried.
    public let operation: Operation
    /// The system's error number.
    public let code: Int32

    /// The failure of `operation` with the error number `code`.
    public init(_ operation: Operation, code: Int32) {
        self.operation = operation
        self.code = code
    }
}

extension DiskFailure: CustomStringConvertible {
    /// One line for people, such as `cannot write a result file: No space left on device`.
    public var description: String {
        "cannot \(operation.rawValue) a result file: \(String(cString: strerror(code)))"
    }
}
