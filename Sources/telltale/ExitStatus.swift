/// What the exit codes of `telltale` mean; scripts rely on them.
struct ExitStatus: RawRepresentable, Equatable, Sendable {
    let rawValue: Int32

    /// What was asked for was done; for `watch`: the job completed.
    static let done = ExitStatus(rawValue: 0)
    /// Anything that has no code of its own, such as a file that cannot be written.
    static let failure = ExitStatus(rawValue: 1)
    /// The server knows no such job.
    static let notFound = ExitStatus(rawValue: 3)
    /// The job has expired.
    static let expired = ExitStatus(rawValue: 4)
    /// The job failed.
    static let jobFailed = ExitStatus(rawValue: 5)
    /// The job was cancelled.
    static let jobCancelled = ExitStatus(rawValue: 6)
    /// The job is not in a state for this: not finished yet, or finished already.
    static let otherState = ExitStatus(rawValue: 7)
    /// The job completed and there is no result.
    static let noResult = ExitStatus(rawValue: 8)
    /// Wrong usage, malformed URLs and task ids among it; `EX_USAGE` of sysexits, which the argument parser uses too.
    static let usage = ExitStatus(rawValue: 64)
    /// No server answered; `EX_UNAVAILABLE` of sysexits.
    static let unavailable = ExitStatus(rawValue: 69)
    /// `run` itself failed; 125, 126 and 127 are what env(1), nohup(1) and timeout(1) use for the same.
    static let runFailed = ExitStatus(rawValue: 125)
    /// `run`: the command was found and cannot be executed.
    static let notExecutable = ExitStatus(rawValue: 126)
    /// `run`: there is no such command.
    static let commandNotFound = ExitStatus(rawValue: 127)

    /// A reader of our output went away; what a shell shows for a program that SIGPIPE ended.
    static let brokenPipe = ExitStatus(rawValue: 128 + 13)

    /// The codes of all commands, for the help text of `telltale`.
    static let overview = """
        Exit codes: 0 done; 1 failed; 3 no such job; 4 job expired; 5 job failed; 6 job cancelled; 7 job not in a \
        state for this; 8 no result; 64 wrong usage; 69 no server answered. 'telltale run' exits with the code of its \
        command instead: see its help.
        """
}
