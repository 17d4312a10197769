/// The columns of a row of `jobs`, in the order in which they are written and read.
enum JobColumn: Int32, CaseIterable {
    case taskID, tenant, state, progress, attempt, version, createdAt, updatedAt, startedAt, endedAt, expiresAt
    case done, total, unit, step, steps, stepName, message, failureCode, failureText, cancelReason, workerAnswer
    case result, resultAt, type, labels, metadata, parentID, idempotencyKey, resultTTL, stall, onStall
    case stalled, bound, failureRetryable, removed, wordsLost

    /// As in the schema.
    var name: String {
        switch self {
        case .taskID: "task_id"
        case .tenant: "tenant"
        case .state: "state"
        case .progress: "progress"
        case .attempt: "attempt"
        case .version: "version"
        case .createdAt: "created_at"
        case .updatedAt: "updated_at"
        case .startedAt: "started_at"
        case .endedAt: "ended_at"
        case .expiresAt: "expires_at"
        case .done: "done"
        case .total: "total"
        case .unit: "unit"
        case .step: "step"
        case .steps: "steps"
        case .stepName: "step_name"
        case .message: "message"
        case .failureCode: "failure_code"
        case .failureText: "failure_text"
        case .cancelReason: "cancel_reason"
        case .workerAnswer: "worker_answer"
        case .result: "result"
        case .resultAt: "result_at"
        case .type: "type"
        case .labels: "labels"
        case .metadata: "metadata"
        case .parentID: "parent_id"
        case .idempotencyKey: "idempotency_key"
        case .resultTTL: "result_ttl_seconds"
        case .stall: "stall_seconds"
        case .onStall: "on_stall"
        case .stalled: "stalled"
        case .bound: "bound"
        case .failureRetryable: "failure_retryable"
        case .removed: "removed"
        case .wordsLost: "words_lost"
        }
    }

    /// Writes a row, whether the job had one or not.
    static let upsert: String = {
        let names = allCases.map(\.name)
        let marks = names.indices.map { "?\($0 + 1)" }
        let changes = names.dropFirst(2).map { "\($0) = excluded.\($0)" }
        return """
            INSERT INTO jobs (\(names.joined(separator: ", "))) VALUES (\(marks.joined(separator: ", "))) \
            ON CONFLICT (task_id, tenant) DO UPDATE SET \(changes.joined(separator: ", "))
            """
    }()

    /// Reads all rows in the order of creation.
    static let select = "SELECT \(allCases.map(\.name).joined(separator: ", ")) FROM jobs ORDER BY number"
}
