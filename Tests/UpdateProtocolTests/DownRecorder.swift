import UpdateProtocol

/// Writes down what a down decoder reports, in the words of the test vectors.
struct DownRecorder: DownFrameHandler {
    private(set) var events: [Value] = []
    var stopsAlways = false

    mutating func take() -> [Value] {
        defer { events = [] }
        return events
    }

    private mutating func record(_ name: String, _ members: [String: Value?]) -> Flow {
        var event = members.compactMapValues { $0 }
        event["frame"] = .text(name)
        events.append(.object(event))
        return stopsAlways ? .stop : .proceed
    }

    mutating func welcome(_ frame: WelcomeFrame) -> Flow {
        let members: [String: Value?] = [
            "major": .integer(frame.major), "minor": .integer(frame.minor), "ephemeral": .bool(frame.isEphemeral),
            "resumed": .bool(frame.isResumed), "epoch": .integer(frame.epoch),
            "maxFrame": .integer(frame.limits.maximumFrame), "maxHandles": .integer(frame.limits.maximumHandles),
            "maxText": .integer(frame.limits.maximumText), "heartbeat": .integer(frame.heartbeatInterval),
            "boot": .integer(frame.boot),
        ]
        return record("welcome", members)
    }

    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        record("acknowledgement", ["applied": .integer(applied), "durable": durable.map { .integer($0) }])
    }

    mutating func refusal(_ frame: RefusalFrame) -> Flow {
        var members = frame.subject.members
        members["sequence"] = .integer(frame.sequence)
        members["reason"] = .integer(frame.reason.rawValue)
        members["state"] = .integer(frame.state.rawValue)
        members["attempt"] = .integer(frame.attempt)
        members["detail"] = .text(frame.detail)
        return record("refusal", members)
    }

    mutating func cancel(_ frame: CancelFrame) -> Flow {
        let members: [String: Value?] = [
            "handle": .integer(frame.handle), "deadline": .integer(frame.deadline), "reason": .text(frame.reason),
        ]
        return record("cancel", members)
    }

    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow {
        let members: [String: Value?] = [
            "transfer": .integer(transfer), "held": .integer(held), "state": .integer(state.rawValue),
        ]
        return record("result state", members)
    }

    mutating func expired(handle: UInt32) -> Flow {
        record("expired", ["handle": .integer(handle)])
    }

    mutating func slowDown(milliseconds: UInt32) -> Flow {
        record("slow down", ["milliseconds": .integer(milliseconds)])
    }

    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow {
        record("goodbye", ["reason": .integer(reason.rawValue), "retryAfter": .integer(milliseconds)])
    }

    mutating func error(_ frame: ErrorFrame) -> Flow {
        let members: [String: Value?] = [
            "code": .integer(frame.code.rawValue), "sequence": .integer(frame.sequence), "text": .text(frame.text),
        ]
        return record("error", members)
    }

    mutating func skipped(type: UInt8) -> Flow {
        record("skipped", ["type": .integer(type)])
    }
}
