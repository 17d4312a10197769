/// Why a command ends without having done what was asked.
struct CommandFailure: Error, Equatable, CustomStringConvertible {
    /// One line for people: what happened, where, what to do. Empty when there is nothing left to say.
    let text: String
    let status: ExitStatus

    init(_ text: String, status: ExitStatus = .failure) {
        self.text = text
        self.status = status
    }

    /// Ends the command with `status` and says nothing more.
    static func silent(_ status: ExitStatus) -> CommandFailure {
        CommandFailure("", status: status)
    }

    var description: String { text }
}
