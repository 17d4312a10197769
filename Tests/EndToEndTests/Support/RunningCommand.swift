import CSpawn
import Foundation
import Testing

/// A program that a test has started.
///
/// Its streams are files and not pipes: no other program that starts at the same moment can inherit an end of them, and
/// nothing waits for a reader. It starts without blocked or ignored signals, as from a shell.
final class RunningCommand: Sendable {
    /// The process number.
    let pid: pid_t
    private let name: String
    private let files: TemporaryFolder
    private let status = Status()

    init(_ command: Command) throws {
        name = URL(fileURLWithPath: command.program).lastPathComponent
        files = try TemporaryFolder()
        try Data(command.input).write(to: files.url("in"))

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, files.url("in").path, O_RDONLY, 0)
        let writing = O_WRONLY | O_CREAT | O_APPEND
        posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, files.url("out").path, writing, 0o600)
        posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, files.url("err").path, writing, 0o600)
        // Sockets of other tests in this process must not live on in the child.
        try #require(CSpawn_closeFrom(&actions, STDERR_FILENO + 1) == 0)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var (none, all) = (sigset_t(), sigset_t())
        sigemptyset(&none)
        sigfillset(&all)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setsigdefault(&attributes, &all)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF))

        var environment = ProcessInfo.processInfo.environment
        environment["SWIFT_BACKTRACE"] = "enable=no"
        for (key, value) in command.environment { environment[key] = value }
        let arguments = ([command.program] + command.arguments).map { strdup($0) }
        let variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in arguments + variables { free(text) } }
        var started: pid_t = 0
        let code = posix_spawnp(
            &started,
            command.program,
            &actions,
            &attributes,
            arguments + [nil],
            variables + [nil]
        )
        try #require(code == 0, "\(command.program): \(String(cString: strerror(code)))")
        pid = started
    }

    deinit {
        // A test that failed half-way must not leave its server behind.
        if status.poll(pid) == nil {
            kill(pid, SIGKILL)
            _ = status.poll(pid, waits: true)
        }
    }

    var isRunning: Bool { status.poll(pid) == nil }
    /// Everything that was printed so far.
    var outputSoFar: String { String(decoding: files.content("out"), as: UTF8.self) }
    var errorsSoFar: String { String(decoding: files.content("err"), as: UTF8.self) }

    /// Sends a signal to the process.
    func signal(_ number: Int32) {
        if isRunning { kill(pid, number) }
    }

    /// Waits for the end; after `seconds` the process is killed and the test fails.
    func wait(
        seconds: Double = 60,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws -> Command.Outcome {
        do {
            try await eventually(seconds: seconds, "\(name) ends", sourceLocation: sourceLocation) { !isRunning }
        } catch {
            signal(SIGKILL)
            throw error
        }
        let word = status.poll(pid) ?? 0
        let signal = word & 0x7F
        return Command.Outcome(
            code: signal == 0 ? (word >> 8) & 0xFF : 128 + signal,
            output: files.content("out"),
            errors: errorsSoFar
        )
    }
}

/// The end of a process, which the system tells once.
///
/// Sendable because the lock guards the field.
private final class Status: @unchecked Sendable {
    private let lock = NSLock()
    private var word: Int32?

    /// The status word of a process that has ended; nil while it runs.
    func poll(_ pid: pid_t, waits: Bool = false) -> Int32? {
        lock.withLock {
            if word == nil {
                var status: Int32 = 0
                if waitpid(pid, &status, waits ? 0 : WNOHANG) == pid { word = status }
            }
            return word
        }
    }
}
