import Glibc

/// A started command, its two output streams, and the way to all of its processes.
///
/// It is started with posix_spawn(3) itself: swift-subprocess (1.0.2) resets ignored signals in its children, which
/// undoes nohup(1), and hands out the two streams apart, which loses their order.
struct ChildProcess: Sendable {
    /// Where its signals go.
    private enum Reach: Sendable {
        /// The command leads a process group of its own.
        case group
        /// It is in ours, which may hold others: only the processes that come from it are signalled.
        case tree
    }

    let processID: pid_t
    /// The read ends of its standard output and standard error.
    let output: CInt
    let error: CInt
    /// True when the command is in our own process group.
    var sharesGroup: Bool { if case .tree = reach { true } else { false } }

    private let reach: Reach
    private var tree = ProcessTree()

    /// Starts `command`, found by PATH.
    ///
    /// In the foreground of a terminal the command stays in our process group: so it may read from the terminal, and
    /// Ctrl-C and Ctrl-Z reach it, and whatever stands beside us in a pipeline, as they would without us. Elsewhere it
    /// gets a group of its own, which a signal reaches as a whole.
    ///
    /// - Parameters:
    ///   - ignoresPipeSignal: what the command finds done with SIGPIPE, which we ourselves ignore.
    ///   - sharesGroup: where it is said, and not found out.
    init(
        _ command: [String],
        ignoresPipeSignal: Bool,
        sharesGroup: Bool = Self.isInForeground()
    ) throws(CommandFailure) {
        let output = try Pipe.make()
        let error = try Pipe.make()
        reach = sharesGroup ? .tree : .group
        self.output = output.read
        self.error = error.read

        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, output.write, STDOUT_FILENO)
        posix_spawn_file_actions_adddup2(&actions, error.write, STDERR_FILENO)
        let others = InheritedDescriptors.atStart.closeOthers(&actions)
        guard others == 0 else { throw CommandFailure("cannot run \(command[0]): \(SystemError.text(others))") }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // With SIGPIPE ignored `telltale run -- yes | head` would never end. Handlers are reset by exec itself.
        var defaults = sigset_t()
        sigemptyset(&defaults)
        if !ignoresPipeSignal { sigaddset(&defaults, SIGPIPE) }
        posix_spawnattr_setsigdefault(&attributes, &defaults)
        // The threads of tasks block signals, and the mask is inherited: a shell that never sees SIGCHLD waits for
        // ever.
        var blocked = sigset_t()
        sigemptyset(&blocked)
        posix_spawnattr_setsigmask(&attributes, &blocked)
        posix_spawnattr_setpgroup(&attributes, 0)
        let flags = POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | (sharesGroup ? 0 : POSIX_SPAWN_SETPGROUP)
        posix_spawnattr_setflags(&attributes, Int16(flags))

        var processID: pid_t = 0
        let code = Self.withArguments(command) {
            posix_spawnp(&processID, command[0], &actions, &attributes, $0, environ)
        }
        self.processID = processID
        close(output.write)
        close(error.write)
        guard code == 0 else {
            close(output.read)
            close(error.read)
            throw CommandFailure(
                "cannot run \(command[0]): \(SystemError.text(code))",
                status: code == ENOENT ? .commandNotFound : .notExecutable
            )
        }
    }

    /// Sends `signal` to all processes of the command that can be found.
    mutating func send(_ signal: Int32) {
        switch reach {
        case .group:
            kill(-processID, signal)
        case .tree:
            for member in tree.members(from: processID) { kill(member, signal) }
        }
    }

    /// How it ended; nil while it runs. To be asked until it has answered, and not after that.
    func wait() -> CommandEnd? {
        var status: Int32 = 0
        return waitpid(processID, &status, WNOHANG) == processID ? CommandEnd(waitStatus: status) : nil
    }

    /// True when our process group has the terminal.
    static func isInForeground() -> Bool {
        let terminal = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC)
        guard terminal >= 0 else { return false }
        defer { close(terminal) }
        return tcgetpgrp(terminal) == getpgrp()
    }

    private static func withArguments<R>(
        _ arguments: [String],
        _ body: (UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>) -> R
    ) -> R {
        var pointers = arguments.map { strdup($0) } + [nil]
        defer { for pointer in pointers { free(pointer) } }
        return body(&pointers)
    }
}
