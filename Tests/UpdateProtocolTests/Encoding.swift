import Bytes
import UpdateProtocol

/// What `body` appends to an empty buffer.
func written(_ body: (inout OutputBuffer) -> Void) -> [UInt8] {
    var buffer = OutputBuffer(capacity: 16)
    body(&buffer)
    return buffer.copy()
}

extension OutputBuffer {
    /// Appends a frame that is given in the words of the test vectors; false when no encoder writes such a one.
    mutating func append(_ frame: Value, direction: TestVector.Direction) -> Bool {
        switch direction {
        case .up: appendUp(frame)
        case .down: appendDown(frame)
        }
    }

    private mutating func appendUp(_ frame: Value) -> Bool {
        let handle = frame.narrow("handle")
        let attempt = frame.narrow("attempt")
        let transfer = frame.narrow("transfer")
        switch frame["frame"]?.text {
        case "hello":
            appendHello(
                producer: frame.string("producer"),
                epoch: frame.wide("epoch"),
                firstSequence: frame.wide("firstSequence"),
                isForResults: frame["resultsOnly"]?.isTrue ?? false
            )
        case "bind":
            appendBind(
                handle: handle,
                taskID: frame.string("taskId"),
                attempt: attempt,
                creating: frame["create"] == .bool(true) ? JobDescription(frame) : nil,
                sharing: frame["share"]?.isTrue ?? false
            )
        case "update": appendUpdate(frame)
        case "run":
            appendRun(
                (frame["entries"]?.list ?? []).map {
                    (UInt32($0.list[0].integer ?? 0), UInt16($0.list[1].integer ?? 0))
                }
            )
        case "dense run":
            let values = (frame["progress"]?.list ?? []).map { UInt16($0.integer ?? 0) }
            appendDenseRun(first: frame.narrow("first"), basisPoints: values)
        case "start": appendStart(handle: handle, attempt: attempt)
        case "complete": appendComplete(handle: handle, attempt: attempt)
        case "retry": appendRetry(handle: handle, attempt: attempt)
        case "fail":
            appendFail(
                handle: handle,
                attempt: attempt,
                code: frame.string("code"),
                text: frame.string("text"),
                isRetryable: frame["retryable"]?.isTrue ?? false,
                limits: UpdateLimits()
            )
        case "result begin":
            appendResultBegin(
                transfer: transfer,
                taskID: frame.string("taskId"),
                attempt: attempt,
                coding: ResultCoding(rawValue: UInt8(frame.narrow("coding"))) ?? .identity,
                offset: frame.wide("offset"),
                mediaType: frame.string("mediaType"),
                name: frame.string("name")
            )
        case "result bytes":
            bytes(hex: frame.string("bytes")).withUnsafeBytes { appendResultBytes(transfer: transfer, $0) }
        case "result end":
            let digest = frame["sha256"]?.text.map { bytes(hex: $0) }
            appendResultEnd(transfer: transfer, length: frame.wide("length"), sha256: digest)
        case "cancel answer":
            appendCancelAnswer(handle: handle, CancelAnswer(rawValue: UInt8(frame.narrow("answer"))) ?? .received)
        case "unbind": appendUnbind(handle: handle)
        case "flush": appendFlush()
        case "goodbye": appendGoodbye()
        default: return false
        }
        return true
    }

    private mutating func appendUpdate(_ frame: Value) {
        let present: Set<String> =
            if case .object(let members) = frame { Set(members.keys) } else { [] }
        if present == ["frame", "sequence", "handle", "progress"] {
            appendProgress(handle: frame.narrow("handle"), basisPoints: UInt16(frame.narrow("progress")))
        } else {
            appendUpdate(
                handle: frame.narrow("handle"),
                attempt: frame["attempt"]?.integer.map { UInt32($0) },
                basisPoints: frame["progress"]?.integer.map { UInt16($0) },
                units: frame["units"].map { ($0.list[0].integer ?? 0, $0.list[1].integer ?? 0) },
                unit: frame["unit"]?.text,
                step: frame["step"].map { ($0.narrow("index"), $0.narrow("total"), $0.string("name")) },
                note: frame["note"]?.text
            )
        }
    }

    private mutating func appendDown(_ frame: Value) -> Bool {
        switch frame["frame"]?.text {
        case "welcome": appendWelcome(WelcomeFrame(frame))
        case "acknowledgement":
            appendAcknowledgement(applied: frame.wide("applied"), durable: frame["durable"]?.integer)
        case "refusal":
            let subject: Subject =
                if frame["handle"] != nil { .handle(frame.narrow("handle")) } else if frame["transfer"] != nil {
                    .transfer(frame.narrow("transfer"))
                } else { .none }
            appendRefusal(
                sequence: frame.wide("sequence"),
                reason: RefusalReason(rawValue: UInt8(frame.narrow("reason"))),
                state: ReportedState(rawValue: UInt8(frame.narrow("state"))),
                attempt: frame.narrow("attempt"),
                subject: subject,
                detail: frame.string("detail")
            )
        case "cancel":
            appendCancel(
                handle: frame.narrow("handle"),
                deadline: frame.narrow("deadline"),
                reason: frame.string("reason")
            )
        case "result state":
            let state = TransferState(rawValue: UInt8(frame.narrow("state")))
            appendResultState(transfer: frame.narrow("transfer"), held: frame.wide("held"), state)
        case "expired": appendExpired(handle: frame.narrow("handle"))
        case "slow down": appendSlowDown(milliseconds: frame.narrow("milliseconds"))
        case "goodbye":
            let reason = GoodbyeReason(rawValue: UInt8(frame.narrow("reason")))
            appendServerGoodbye(reason, retryAfter: frame.narrow("retryAfter"))
        case "error":
            let code = ErrorCode(rawValue: UInt8(frame.narrow("code")))
            appendError(code, sequence: frame.wide("sequence"), text: frame.string("text"))
        default: return false
        }
        return true
    }
}

extension Value {
    fileprivate func wide(_ key: String) -> UInt64 { self[key]?.integer ?? 0 }
    fileprivate func narrow(_ key: String) -> UInt32 { UInt32(wide(key)) }
    fileprivate func string(_ key: String) -> String { self[key]?.text ?? "" }
}

extension JobDescription {
    fileprivate init(_ frame: Value) {
        self.init(
            type: frame["type"]?.text,
            ttl: frame["ttl"]?.integer.map { UInt32($0) },
            stall: frame["stall"]?.integer.map { UInt32($0) },
            failsWhenStalled: frame["failWhenStalled"]?.isTrue ?? false,
            labels: (frame["labels"]?.list ?? []).map {
                Label(key: $0.list[0].text ?? "", value: $0.list[1].text ?? "")
            },
            parent: frame["parent"]?.text,
            resultTTL: frame["resultTtl"]?.integer.map { UInt32($0) }
        )
    }
}

extension WelcomeFrame {
    fileprivate init(_ frame: Value) {
        self.init(
            major: frame.narrow("major"),
            minor: frame.narrow("minor"),
            isEphemeral: frame["ephemeral"]?.isTrue ?? false,
            isResumed: frame["resumed"]?.isTrue ?? false,
            epoch: frame.wide("epoch"),
            limits: UpdateLimits(
                maximumFrame: Int(frame.wide("maxFrame")),
                maximumHandles: Int(frame.wide("maxHandles")),
                maximumText: Int(frame.wide("maxText"))
            ),
            heartbeatInterval: frame.narrow("heartbeat"),
            boot: frame.wide("boot")
        )
    }
}
