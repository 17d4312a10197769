import WorkerClient

/// Why a report did not arrive, in words for whoever ran the command.
enum ReportFault {
    static func text(_ error: any Error) -> String {
        switch error as? WorkerError {
        case .ended(let end)?: text(end) ?? "\(error)"
        case .refused(let reason, _, _)?: text(.refused(reason)) ?? "\(error)"
        default: "\(error)"
        }
    }

    private static func text(_ end: JobEnd) -> String? {
        switch end {
        case .completed, .failed, .refused(.alreadyFinished): "a job of this id has already ended"
        case .cancelled: "it was cancelled"
        case .expired, .refused(.expired): "it has expired"
        case .refused(.boundElsewhere): "another worker has taken it over"
        case .refused(.attemptIsOver): "a newer attempt has begun"
        case .refused, .released, .closed: nil
        }
    }
}
