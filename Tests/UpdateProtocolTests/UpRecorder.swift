import UpdateProtocol

/// Writes down what an up decoder reports, in the words of the test vectors.
struct UpRecorder: UpFrameHandler {
    private(set) var events: [Value] = []
    /// Report the pieces of result bytes as they come, rather than a frame's bytes together.
    var reportsPieces = false
    /// Answer `stop` to every call.
    var stopsAlways = false
    private var collected: [UInt8] = []

    init(reportsPieces: Bool = false, stopsAlways: Bool = false) {
        self.reportsPieces = reportsPieces
        self.stopsAlways = stopsAlways
    }

    /// What was recorded since the last call.
    mutating func take() -> [Value] {
        defer { events = [] }
        return events
    }

    private mutating func record(_ name: String, _ members: [String: Value?], sequence: UInt64? = nil) -> Flow {
        var event = members.compactMapValues { $0 }
        event["frame"] = .text(name)
        if let sequence { event["sequence"] = .integer(sequence) }
        events.append(.object(event))
        return stopsAlways ? .stop : .proceed
    }

    mutating func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
        record("update", ["handle": .integer(handle), "progress": .integer(basisPoints)], sequence: sequence)
    }

    mutating func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow {
        let members: [String: Value?] = [
            "handle": .integer(frame.handle),
            "attempt": frame.attempt == 0 ? nil : .integer(frame.attempt),
            "progress": frame.basisPoints.map { .integer($0) },
            "units": frame.units.map { .list([.integer($0.done), .integer($0.total)]) },
            "unit": frame.unit.map { .text($0) },
            "step": frame.step.map {
                .object(["index": .integer($0.index), "total": .integer($0.total), "name": .text($0.name)])
            },
            "note": frame.note.map { .text($0) },
        ]
        return record("update", members, sequence: sequence)
    }

    mutating func hello(_ frame: HelloFrame) -> Flow {
        let members: [String: Value?] = [
            "major": .integer(frame.major), "minor": .integer(frame.minor), "resultsOnly": .bool(frame.isForResults),
            "producer": .text(frame.producer), "epoch": .integer(frame.epoch),
            "firstSequence": .integer(frame.firstSequence),
        ]
        return record("hello", members)
    }

    mutating func bind(_ frame: BindFrame, sequence: UInt64) -> Flow {
        let labels = frame.labels.map { label in Value.list([.text(label.key), .text(label.value)]) }
        let members: [String: Value?] = [
            "handle": .integer(frame.handle), "taskId": .text(frame.taskID), "attempt": .integer(frame.attempt),
            "create": .bool(frame.createsIfAbsent), "share": .bool(frame.isShared),
            "type": frame.type.map { .text($0) },
            "ttl": frame.ttl.map { .integer($0) }, "stall": frame.stall.map { .integer($0) },
            "failWhenStalled": .bool(frame.failsWhenStalled), "labels": .list(labels),
            "parent": frame.parent.map { .text($0) }, "resultTtl": frame.resultTTL.map { .integer($0) },
        ]
        return record("bind", members, sequence: sequence)
    }

    mutating func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        record("start", ["handle": .integer(handle), "attempt": .integer(attempt)], sequence: sequence)
    }

    mutating func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        record("complete", ["handle": .integer(handle), "attempt": .integer(attempt)], sequence: sequence)
    }

    mutating func fail(_ frame: FailFrame, sequence: UInt64) -> Flow {
        let members: [String: Value?] = [
            "handle": .integer(frame.handle), "attempt": .integer(frame.attempt), "retryable": .bool(frame.isRetryable),
            "code": .text(frame.code), "text": .text(frame.text),
        ]
        return record("fail", members, sequence: sequence)
    }

    mutating func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        record("retry", ["handle": .integer(handle), "attempt": .integer(attempt)], sequence: sequence)
    }

    mutating func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow {
        let members: [String: Value?] = [
            "transfer": .integer(frame.transfer), "taskId": .text(frame.taskID), "attempt": .integer(frame.attempt),
            "coding": .integer(frame.coding.rawValue), "offset": .integer(frame.offset),
            "mediaType": .text(frame.mediaType), "name": .text(frame.name),
        ]
        return record("result begin", members, sequence: sequence)
    }

    mutating func resultBytes(
        transfer: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow {
        var members: [String: Value?] = ["transfer": .integer(transfer)]
        if reportsPieces {
            members["bytes"] = .text(hex(bytes))
            members["endsFrame"] = .bool(endsFrame)
            return record("result bytes", members, sequence: sequence)
        }
        collected += bytes
        guard endsFrame else { return stopsAlways ? .stop : .proceed }
        members["bytes"] = .text(hex(collected))
        collected = []
        return record("result bytes", members, sequence: sequence)
    }

    mutating func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow {
        let members: [String: Value?] = [
            "transfer": .integer(frame.transfer), "length": .integer(frame.length),
            "sha256": frame.sha256.map { .text(hex($0)) },
        ]
        return record("result end", members, sequence: sequence)
    }

    mutating func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow {
        record("cancel answer", ["handle": .integer(handle), "answer": .integer(answer.rawValue)], sequence: sequence)
    }

    mutating func unbind(handle: UInt32, sequence: UInt64) -> Flow {
        record("unbind", ["handle": .integer(handle)], sequence: sequence)
    }

    mutating func flush(sequence: UInt64) -> Flow {
        record("flush", [:], sequence: sequence)
    }

    mutating func goodbye(sequence: UInt64) -> Flow {
        record("goodbye", [:], sequence: sequence)
    }

    mutating func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow {
        record("malformed", subject.members, sequence: sequence)
    }

    mutating func skipped(type: UInt8, sequence: UInt64) -> Flow {
        record("skipped", ["type": .integer(type)], sequence: sequence)
    }
}

extension Value {
    static func text(_ bytes: UnsafeRawBufferPointer) -> Value {
        .text(String(decoding: bytes, as: UTF8.self))
    }
}

extension Subject {
    var members: [String: Value?] {
        switch self {
        case .none: [:]
        case .handle(let handle): ["handle": .integer(handle)]
        case .transfer(let transfer): ["transfer": .integer(transfer)]
        }
    }
}

func hex(_ bytes: some Sequence<UInt8>) -> String {
    bytes.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
}
