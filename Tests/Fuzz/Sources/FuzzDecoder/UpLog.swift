import FuzzSupport
import UpdateProtocol

/// Writes down what an up decoder reports, and checks what is promised to every handler.
struct UpLog: UpFrameHandler {
    private(set) var log = Log()
    private let stopsAlways: Bool
    private let limits: UpdateLimits
    /// The number that the next item must have; nil before hello.
    private(set) var next: UInt64?
    /// The bytes of the result bytes frame that is being reported, which come in any pieces.
    private var collected: [UInt8] = []
    private var isInsideBytes = false
    private var hasLeft = false

    init(limits: UpdateLimits, stopsAlways: Bool) {
        self.limits = limits
        self.stopsAlways = stopsAlways
    }

    private mutating func begin(_ name: StaticString, _ sequence: UInt64) {
        promise(!hasLeft, "an item after goodbye")
        promise(!isInsideBytes, "an item inside a result bytes frame")
        promise(sequence == next, "item \(sequence) where \(next ?? 0) was due")
        next = sequence + 1
        log.add(name)
        log.add(sequence)
    }

    private mutating func end() -> Flow {
        log.end()
        return stopsAlways ? .stop : .proceed
    }

    private func check(_ text: UnsafeRawBufferPointer, _ limit: Int) {
        promise(text.count <= limit, "a text of \(text.count) bytes where \(limit) are allowed")
        promise(String(validating: text, as: UTF8.self) != nil, "a text that is not UTF-8")
    }

    mutating func hello(_ frame: HelloFrame) -> Flow {
        promise(next == nil, "a second hello")
        promise((1...UpdateLimits.maximumFirstSequence).contains(frame.firstSequence), "a wrong first number")
        check(frame.producer, UpdateLimits.maximumProducer)
        next = frame.firstSequence
        log.add("hello")
        log.add(frame.major)
        log.add(frame.minor)
        log.add(frame.isForResults)
        log.add(frame.producer)
        log.add(frame.epoch)
        log.add(frame.firstSequence)
        return end()
    }

    mutating func progress(handle: UInt32, basisPoints: UInt16, sequence: UInt64) -> Flow {
        begin("progress", sequence)
        promise(basisPoints <= UpdateLimits.maximumProgress, "progress \(basisPoints)")
        log.add(handle)
        log.add(basisPoints)
        return end()
    }

    mutating func update(_ frame: UpdateFrame, sequence: UInt64) -> Flow {
        begin("update", sequence)
        promise((frame.basisPoints ?? 0) <= UpdateLimits.maximumProgress, "progress above the limit")
        if let unit = frame.unit { check(unit, UpdateLimits.maximumUnit) }
        if let step = frame.step { check(step.name, UpdateLimits.maximumStepName) }
        if let note = frame.note { check(note, UpdateLimits.maximumNote) }
        log.add(frame.handle)
        log.add(frame.attempt)
        log.add(frame.basisPoints)
        log.add(frame.units?.done)
        log.add(frame.units?.total)
        log.add(frame.unit)
        log.add(frame.step?.index)
        log.add(frame.step?.total)
        log.add(frame.step?.name)
        log.add(frame.note)
        return end()
    }

    mutating func bind(_ frame: BindFrame, sequence: UInt64) -> Flow {
        begin("bind", sequence)
        check(frame.taskID, UpdateLimits.maximumTaskID)
        if let type = frame.type { check(type, UpdateLimits.maximumType) }
        log.add(frame.handle)
        log.add(frame.taskID)
        log.add(frame.attempt)
        log.add(frame.createsIfAbsent)
        log.add(frame.isShared)
        log.add(frame.type)
        log.add(frame.ttl)
        log.add(frame.stall)
        log.add(frame.failsWhenStalled)
        var labels = 0
        frame.labels.forEach { key, value in
            check(key, UpdateLimits.maximumLabelKey)
            check(value, UpdateLimits.maximumLabelValue)
            log.add(key)
            log.add(value)
            labels += 1
        }
        promise(labels <= UpdateLimits.maximumLabels, "\(labels) labels")
        log.add(frame.parent)
        log.add(frame.resultTTL)
        return end()
    }

    mutating func start(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        item("start", handle, attempt, sequence)
    }

    mutating func complete(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        item("complete", handle, attempt, sequence)
    }

    mutating func retry(handle: UInt32, attempt: UInt32, sequence: UInt64) -> Flow {
        item("retry", handle, attempt, sequence)
    }

    mutating func fail(_ frame: FailFrame, sequence: UInt64) -> Flow {
        begin("fail", sequence)
        check(frame.code, UpdateLimits.maximumFailureCode)
        check(frame.text, limits.maximumText)
        log.add(frame.handle)
        log.add(frame.attempt)
        log.add(frame.isRetryable)
        log.add(frame.code)
        log.add(frame.text)
        return end()
    }

    mutating func resultBegin(_ frame: ResultBeginFrame, sequence: UInt64) -> Flow {
        begin("result begin", sequence)
        check(frame.mediaType, UpdateLimits.maximumMediaType)
        check(frame.name, UpdateLimits.maximumResultName)
        log.add(frame.transfer)
        log.add(frame.taskID)
        log.add(frame.attempt)
        log.add(frame.coding.rawValue)
        log.add(frame.offset)
        log.add(frame.mediaType)
        log.add(frame.name)
        return end()
    }

    mutating func resultBytes(
        transfer: UInt32,
        _ bytes: UnsafeRawBufferPointer,
        endsFrame: Bool,
        sequence: UInt64
    ) -> Flow {
        promise(isInsideBytes || sequence == next, "result bytes with a wrong number")
        promise(!isInsideBytes || sequence + 1 == next, "the number changes inside a frame")
        next = sequence + 1
        isInsideBytes = !endsFrame
        collected += bytes
        promise(collected.count <= limits.maximumFrame, "a frame of more than its limit")
        guard endsFrame else { return stopsAlways ? .stop : .proceed }
        log.add("result bytes")
        log.add(sequence)
        log.add(transfer)
        collected.withUnsafeBytes { log.add($0) }
        collected.removeAll(keepingCapacity: true)
        return end()
    }

    mutating func resultEnd(_ frame: ResultEndFrame, sequence: UInt64) -> Flow {
        begin("result end", sequence)
        log.add(frame.transfer)
        log.add(frame.length)
        log.add(frame.sha256)
        return end()
    }

    mutating func cancelAnswer(handle: UInt32, _ answer: CancelAnswer, sequence: UInt64) -> Flow {
        item("cancel answer", handle, UInt32(answer.rawValue), sequence)
    }

    mutating func unbind(handle: UInt32, sequence: UInt64) -> Flow { item("unbind", handle, 0, sequence) }

    mutating func flush(sequence: UInt64) -> Flow { item("flush", 0, 0, sequence) }

    mutating func goodbye(sequence: UInt64) -> Flow {
        let flow = item("goodbye", 0, 0, sequence)
        hasLeft = true
        return flow
    }

    mutating func malformed(_ reason: StaticString, subject: Subject, sequence: UInt64) -> Flow {
        begin("malformed", sequence)
        switch subject {
        case .none: log.add("-")
        case .handle(let handle): log.add(handle)
        case .transfer(let transfer): log.add(transfer)
        }
        log.add(reason)
        return end()
    }

    mutating func skipped(type: UInt8, sequence: UInt64) -> Flow { item("skipped", UInt32(type), 0, sequence) }

    private mutating func item(_ name: StaticString, _ handle: UInt32, _ other: UInt32, _ sequence: UInt64) -> Flow {
        begin(name, sequence)
        log.add(handle)
        log.add(other)
        return end()
    }
}
