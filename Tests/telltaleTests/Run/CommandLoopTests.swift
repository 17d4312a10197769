import Glibc
import Synchronization
import Testing

@testable import telltale

/// Real commands under the loop, one at a time: signal handlers belong to the whole process.
@Suite("The loop of a command", .serialized, .timeLimit(.minutes(1)))
struct CommandLoopTests {
    private struct Outcome {
        var end: CommandEnd
        var wasCancelled: Bool
        var output: [UInt8]
        var error: [UInt8]
    }

    /// Runs `script` by a shell. `heard` is called with all that came on standard output so far.
    private func run(
        _ script: String,
        grace: Duration = .seconds(30),
        sharesGroup: Bool = false,
        destination: CInt? = nil,
        heard: (String, CommandLoop) -> Void = { _, _ in }
    ) throws -> Outcome {
        let relay = try SignalRelay()
        defer { relay.restore() }
        let nowhere = open("/dev/null", O_WRONLY)
        defer { close(nowhere) }
        let loop = CommandLoop(relay: relay, output: destination ?? nowhere, error: nowhere)
        let child = try ChildProcess(["sh", "-c", script], ignoresPipeSignal: false, sharesGroup: sharesGroup)
        var (output, error): ([UInt8], [UInt8]) = ([], [])
        let (end, wasCancelled) = loop.run(child, grace: grace) { bytes, stream in
            switch stream {
            case .output:
                output += bytes
                heard(String(decoding: output, as: UTF8.self), loop)
            case .error: error += bytes
            }
        }
        return Outcome(end: end, wasCancelled: wasCancelled, output: output, error: error)
    }

    @Test("both streams are heard whole, and the exit code is the command's")
    func streams() throws {
        let outcome = try run("head -c 300000 /dev/zero; echo oops >&2; exit 3")
        #expect(outcome.output == [UInt8](repeating: 0, count: 300_000))
        #expect(outcome.error == Array("oops\n".utf8))
        #expect(outcome.end == .exited(code: 3))
        #expect(!outcome.wasCancelled)
    }

    @Test(
        "a cancel ends all processes of the command by SIGTERM, also when its group is ours",
        arguments: [false, true]
    )
    func cancel(_ sharesGroup: Bool) throws {
        let outcome = try run("sleep 600 | cat & echo up; wait", sharesGroup: sharesGroup) { text, loop in
            if text == "up\n" { loop.cancel() }
        }
        #expect(outcome.end == .killed(signal: SIGTERM))
        #expect(outcome.wasCancelled)
    }

    @Test("a command that does not heed SIGTERM is killed after the grace period")
    func grace() throws {
        let outcome = try run("trap '' TERM; echo up; while :; do sleep 0.05; done", grace: .milliseconds(200)) {
            if $0 == "up\n" { $1.cancel() }
        }
        #expect(outcome.end == .killed(signal: SIGKILL))
    }

    @Test("a command may take a cancel in its own way within the grace period")
    func trap() throws {
        let outcome = try run("trap 'echo bye; exit 7' TERM; echo up; while :; do sleep 0.05; done") {
            if $0 == "up\n" { $1.cancel() }
        }
        #expect(outcome.end == .exited(code: 7))
        #expect(outcome.output == Array("up\nbye\n".utf8))
        #expect(outcome.wasCancelled)
    }

    @Test("when nobody reads on, the command meets the broken pipe")
    func brokenPipe() throws {
        let pipe = try Pipe.make()
        close(pipe.read)
        defer { close(pipe.write) }
        #expect(try run("exec cat /dev/zero", destination: pipe.write).end == .killed(signal: SIGPIPE))
    }

    @Test("a signal reaches the command once", arguments: [SIGINT, SIGHUP, SIGUSR1])
    func forwards(_ signal: Int32) throws {
        let name = [SIGINT: "INT", SIGHUP: "HUP", SIGUSR1: "USR1"][signal]!
        let outcome = try run("trap 'echo got' \(name); echo up; sleep 0.3 & wait; wait; echo end") { text, _ in
            if text == "up\n" { kill(getpid(), signal) }
        }
        #expect(String(decoding: outcome.output, as: UTF8.self) == "up\ngot\nend\n")
    }

    @Test("what something left behind holds open is not waited for without end")
    func leftBehind() throws {
        let outcome = try run("sleep 30 & echo $!")
        #expect(outcome.end == .exited(code: 0))
        let sleeper = try #require(pid_t(String(decoding: outcome.output, as: UTF8.self).dropLast()))
        kill(sleeper, SIGKILL)
    }

    @Test("a command that is not there, or cannot be executed, is one clear line and its own exit code")
    func cannotStart() {
        #expect(
            throws: CommandFailure("cannot run no-such-program: No such file or directory", status: .commandNotFound)
        ) {
            _ = try ChildProcess(["no-such-program"], ignoresPipeSignal: false)
        }
        #expect(throws: CommandFailure("cannot run /etc/passwd: Permission denied", status: .notExecutable)) {
            _ = try ChildProcess(["/etc/passwd"], ignoresPipeSignal: false)
        }
    }
}
