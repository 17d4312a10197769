import Foundation
import Testing

/// A program that a test runs to its end.
struct Command {
    /// What the program left behind.
    struct Outcome {
        /// The exit code, or 128 + the signal that ended the program.
        let code: Int32
        let output: [UInt8]
        let errors: String

        var text: String { String(decoding: output, as: UTF8.self) }
    }

    /// A path, or a name to be found along `PATH`.
    var program: String
    var arguments: [String]
    var environment: [String: String] = [:]
    var input: [UInt8] = []

    init(_ program: String, _ arguments: [String]) {
        self.program = program
        self.arguments = arguments
    }

    init(_ program: URL, _ arguments: [String]) {
        self.init(program.path, arguments)
    }

    /// A `telltale` command.
    static func telltale(_ arguments: String...) -> Command {
        Command(Repository.telltale, arguments)
    }

    /// Starts the program and returns at once.
    func start() throws -> RunningCommand {
        try RunningCommand(self)
    }

    /// Runs the program to its end; it is killed after `seconds`, which fails the test.
    func run(seconds: Double = 60) async throws -> Outcome {
        try await start().wait(seconds: seconds)
    }
}

/// Waits until `condition` holds; the test fails when it does not within `seconds`.
func eventually(
    seconds: Double = 60,
    _ what: String,
    sourceLocation: SourceLocation = #_sourceLocation,
    _ condition: () async throws -> Bool
) async throws {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while try await !condition() {
        guard ContinuousClock.now < deadline else {
            Issue.record("waited \(seconds) s in vain: \(what)", sourceLocation: sourceLocation)
            throw WaitedInVain(what: what)
        }
        try await Task.sleep(for: .milliseconds(10))
    }
}

struct WaitedInVain: Error {
    let what: String
}
