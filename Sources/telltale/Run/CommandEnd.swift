import Glibc

/// How a command ended.
enum CommandEnd: Equatable, Sendable {
    case exited(code: Int32)
    case killed(signal: Int32)

    /// From what waitpid(2) reports of a process that has ended.
    init(waitStatus: Int32) {
        let signal = waitStatus & 0x7F
        self = signal == 0 ? .exited(code: (waitStatus >> 8) & 0xFF) : .killed(signal: signal)
    }

    var isSuccess: Bool { self == .exited(code: 0) }

    /// What a shell shows: the code itself, or 128 and the signal's number.
    var exitStatus: ExitStatus {
        switch self {
        case .exited(let code): ExitStatus(rawValue: code)
        case .killed(let signal): ExitStatus(rawValue: 128 + signal)
        }
    }

    /// The stable word for programs: `exit-3`, `signal-15`.
    var failureCode: String {
        switch self {
        case .exited(let code): "exit-\(code)"
        case .killed(let signal): "signal-\(signal)"
        }
    }

    /// For people, when the command said nothing itself.
    var text: String {
        switch self {
        case .exited(let code): "exited with code \(code)"
        case .killed(let signal): "killed by signal \(signal) (\(String(cString: strsignal(signal))))"
        }
    }
}
