import ArgumentParser

/// The arguments of the commands about one job.
struct JobArgument: ParsableArguments {
    @OptionGroup var server: ServerOption

    @Argument(help: ArgumentHelp("The job's task id.", valueName: "id"))
    var id: String

    func validate() throws {
        guard TaskIDRule.allows(id) else { throw ValidationError(TaskIDRule.complaint(id)) }
    }
}
