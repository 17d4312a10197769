import Bytes
import StatusCore

/// What has to be said when the changes behind an answer are on disk.
enum SettlingAnswer {
    /// What was written at once.
    case asWritten
    /// The job's status as it is then: readers see an end only when it is on disk.
    indirect case status(TaskID, status: Int, AnswerContext)
}

/// Answers that promise that something will not be lost.
extension Bridge {
    /// Marks an answer as one that must not leave before what it says is on disk.
    func settle(_ fields: ResponseFields, _ scratch: BridgeScratch) -> ResponseFields {
        if committer != nil { scratch.settling = .asWritten }
        return fields
    }

    /// The same for a status body, which is written anew then.
    func settle(_ id: TaskID, _ status: Int, _ context: AnswerContext, _ scratch: BridgeScratch) {
        if committer != nil { scratch.settling = .status(id, status: status, context) }
    }

    /// What to answer now that the changes are on disk, or cannot be written.
    ///
    /// - Parameters:
    ///   - fields: of the answer that was written at once, whose body stands in `output`.
    ///   - output: holds the answer's body afterwards.
    func settled(
        _ answer: SettlingAnswer,
        _ fields: ResponseFields,
        _ outcome: CommitOutcome,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> ResponseFields {
        var context = AnswerContext()
        if case .status(_, _, let given) = answer { context = given }
        if case .failed(let reason) = outcome {
            output.removeAll()
            var refusal = ErrorAnswer.cannotCommit(reason).write(asProblem: context.wantsProblem, into: &output)
            refusal.set(context.origin)
            return refusal
        }
        guard case .status(let id, let status, _) = answer else { return fields }
        output.removeAll()
        var fields: ResponseFields
        do throws(ErrorAnswer) {
            fields = try statusAfterWrite(
                of: id,
                at: now,
                context,
                scratch.snapshot,
                status: status,
                into: &output
            )
        } catch {
            fields = error.write(asProblem: context.wantsProblem, into: &output)
        }
        fields.set(context.origin)
        return fields
    }
}
