import BenchSupport
import StatusCore

/// Does one kind of operation a number of times, with nothing left to chance, for a tool that counts instructions.
///
///     InstructionCounts read 20000
///
/// Two runs with different numbers differ by the operations alone: what is made before them does not depend on the
/// number. `check-instructions` does that.
@main
enum InstructionCounts {
    static func main() {
        let arguments = CommandLine.arguments
        guard arguments.count == 3, let operation = Operation(rawValue: arguments[1]), let count = Int(arguments[2]),
            (0...1_000_000).contains(count)
        else {
            let names = Operation.allCases.map(\.rawValue).joined(separator: " ")
            print("usage: InstructionCounts <operation> <count>; operations: \(names)")
            return
        }
        Driver().run(operation, count)
    }
}

/// What is counted.
enum Operation: String, CaseIterable {
    /// Finds a job by its id and copies it out: the status check.
    case read
    /// Finds a job by its id.
    case find
    /// Looks for a job that is not there.
    case miss
    /// Moves a bound job on in its progress, by the short way.
    case advance
    /// Moves a bound job on in its progress, as one of many kinds of update.
    case update
    /// Takes an update of progress out of a stream's bytes and applies it: a frame of its own, among many.
    case single
    /// The same for an entry of a run.
    case run
    /// The same for an entry of a dense run.
    case dense
    /// Makes a job.
    case submit
    /// Makes a job and lets its time end.
    case life
    /// Lists a page of 100 jobs.
    case page
}
