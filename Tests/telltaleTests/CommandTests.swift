import ArgumentParser
import Testing

@testable import telltale

@Suite("The command line")
struct CommandTests {
    @Test("what stands behind -- is the command, whatever it looks like")
    func run() throws {
        let command = try #require(
            try Telltale.parseAsRoot(["run", "--id", "a", "--name", "n", "--", "ls", "--help", "--", "-x"])
                as? RunCommand
        )
        #expect(command.command == ["ls", "--help", "--", "-x"])
        #expect(command.id == "a")
        #expect(command.name == "n")
        #expect(!command.requireServer)
    }

    @Test(
        "wrong usage is an error of usage",
        arguments: [
            ["run"], ["run", "ls"], ["run", "--"], ["run", "--id", "a/b", "--", "ls"],
            ["run", "--grace", "-1", "--", "ls"],
            ["run", "--media-type", "text", "--", "ls"], ["run", "--nmae", "x", "--", "ls"], ["status"],
            ["status", "a/b"], ["status", "a", "b"], ["status", ""],
            ["status", String(repeating: "x", count: 65)], ["watch", "a", "--timeout", "x"],
            ["ls", "--status", "done"],
            ["ls", "--label", "x"], ["ls", "--limit", "0"], ["frobnicate"], ["--frobnicate"],
        ]
    )
    func usage(_ arguments: [String]) {
        #expect {
            _ = try Telltale.parseAsRoot(arguments)
        } throws: { error in
            Telltale.exitCode(for: error).rawValue == telltale.ExitStatus.usage.rawValue
                && !Telltale.message(for: error).contains("\n")
        }
    }

    @Test("each command is reached by its name", arguments: ["status", "watch", "result", "cancel"])
    func commands(_ name: String) throws {
        _ = try Telltale.parseAsRoot([name, "some-id", "--server", "http://x", "--json"])
    }

    @Test(
        "the help of each command says what its exit codes mean",
        arguments: ["serve", "status", "watch", "result", "cancel", "ls"]
    )
    func help(_ name: String) throws {
        let command = try #require(Telltale.configuration.subcommands.first { $0.configuration.commandName == name })
        #expect(Telltale.helpMessage(for: command).replacing("\n", with: " ").contains("Exit codes: 0"))
    }

    @Test("a hint names the help of the command that was meant")
    func hint() {
        #expect(Telltale.helpCommand(for: ["status", "--x"]) == "telltale status --help")
        #expect(Telltale.helpCommand(for: ["frob"]) == "telltale --help")
        #expect(Telltale.helpCommand(for: []) == "telltale --help")
    }
}
