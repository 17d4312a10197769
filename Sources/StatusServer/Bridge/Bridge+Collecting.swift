import Bytes
import HTTP1
import StatusCore

/// Requests with a small JSON body: submit, report, cancel, batchGet.
extension Bridge {
    /// Has the body collected where there is one, and answers at once where there is none.
    func collect(
        _ action: PendingRequest.Action,
        _ call: Call,
        into output: inout OutputBuffer
    ) throws(ErrorAnswer) -> BridgeDecision {
        let pending = PendingRequest(
            action: action,
            context: call.context,
            isDeclaredJSON: try isDeclaredJSON(call.request)
        )
        guard !call.request.hasBody else { return .collectBody(pending) }
        let nothing = UnsafeRawBufferPointer(start: nil, count: 0)
        // What is said about origins is added to every answer that is given at once.
        return .answer(carryOut(pending, body: nothing, at: call.now, scratch: call.scratch, into: &output))
    }

    /// Answers a request whose body has been collected.
    ///
    /// - Parameters:
    ///   - body: valid for the call only.
    ///   - scratch: the event loop's own.
    ///   - output: the body of the answer is appended to it.
    func answer(
        _ pending: PendingRequest,
        body: UnsafeRawBufferPointer,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> ResponseFields {
        var fields = carryOut(pending, body: body, at: now, scratch: scratch, into: &output)
        fields.set(pending.context.origin)
        return fields
    }

    private func carryOut(
        _ pending: PendingRequest,
        body: UnsafeRawBufferPointer,
        at now: Instant,
        scratch: BridgeScratch,
        into output: inout OutputBuffer
    ) -> ResponseFields {
        do throws(ErrorAnswer) {
            guard body.isEmpty || pending.isDeclaredJSON else { throw .unsupportedMediaType("application/json") }
            switch pending.action {
            case .submit(let key):
                return try settle(submit(body, key, pending.context, at: now, scratch.snapshot, into: &output), scratch)
            case .report(let id):
                return try report(body, on: id, pending.context, at: now, scratch, into: &output)
            case .cancel(let id):
                return try cancel(id, body, pending.context, at: now, scratch, into: &output)
            case .batchGet(let allowsGzip):
                return try batchGet(
                    body,
                    allowsGzip: allowsGzip,
                    pending.context,
                    at: now,
                    scratch.snapshot,
                    into: &output
                )
            }
        } catch {
            return error.write(asProblem: pending.context.wantsProblem, into: &output)
        }
    }

    /// The answer to a body that is longer than ``PendingRequest/bodyLimit``.
    func bodyTooLarge(_ context: AnswerContext, into output: inout OutputBuffer) -> ResponseFields {
        var fields = ErrorAnswer.bodyTooLarge.write(asProblem: context.wantsProblem, into: &output)
        fields.set(context.origin)
        return fields
    }

    /// The answer to what a transport finds out by itself: bytes that are no request, a client that is too slow, too
    /// much of something. The connection ends with it.
    func failure(
        status: Int,
        code: StaticString,
        text: StaticString,
        detail: String? = nil,
        retryAfter: Int? = nil,
        context: AnswerContext = AnswerContext(),
        into output: inout OutputBuffer
    ) -> ResponseFields {
        var error = ErrorAnswer(status, code, text, detail: detail)
        error.retryAfter = retryAfter
        error.closes = true
        return error.write(asProblem: context.wantsProblem, into: &output)
    }
}
