import Bytes
import UpdateProtocol

extension OutputBuffer {
    /// Appends a frame of the session as it goes over the wire.
    mutating func append(_ frame: UpFrame) {
        switch frame {
        case .bind(let handle, let id, let options):
            appendBind(
                handle: handle.rawValue,
                taskID: id,
                attempt: options.attempt,
                creating: options.createsIfAbsent ? JobDescription(options) : nil,
                sharing: options.shares
            )
        case .update(let handle, .progress, let report):
            appendProgress(handle: handle.rawValue, basisPoints: report.basisPoints)
        case .update(let handle, let fields, let report):
            appendUpdate(
                handle: handle.rawValue,
                basisPoints: fields.contains(.progress) ? report.basisPoints : nil,
                units: fields.contains(.units) ? (report.done, report.total) : nil,
                unit: fields.contains(.unit) ? report.unit : nil,
                step: fields.contains(.step) ? (report.stepIndex, report.stepTotal, report.stepName) : nil,
                note: fields.contains(.note) ? report.note : nil
            )
        case .run(let entries): append(run: entries)
        case .start(let handle): appendStart(handle: handle.rawValue)
        case .retry(let handle, let attempt): appendRetry(handle: handle.rawValue, attempt: attempt)
        case .complete(let handle): appendComplete(handle: handle.rawValue)
        case .fail(let handle, let failure):
            appendFail(
                handle: handle.rawValue,
                code: failure.code,
                text: failure.text,
                isRetryable: failure.isRetryable
            )
        case .cancelAnswer(let handle, .received): appendCancelAnswer(handle: handle.rawValue, .received)
        case .cancelAnswer(let handle, .stopped): appendCancelAnswer(handle: handle.rawValue, .stopped)
        case .cancelAnswer(let handle, .refused): appendCancelAnswer(handle: handle.rawValue, .refused)
        case .unbind(let handle): appendUnbind(handle: handle.rawValue)
        case .flush: appendFlush()
        case .goodbye: appendGoodbye()
        }
    }
}

extension JobDescription {
    fileprivate init(_ options: JobOptions) {
        self.init(
            type: options.type,
            ttl: options.ttlSeconds,
            stall: options.stallSeconds,
            failsWhenStalled: options.failsWhenStalled,
            labels: options.labels.map { Label(key: $0.key, value: $0.value) },
            parent: options.parentID,
            resultTTL: options.resultTTLSeconds
        )
    }
}
