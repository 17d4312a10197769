import FuzzSupport
import UpdateProtocol

/// Writes down what a down decoder reports, and checks what is promised to every handler.
struct DownLog: DownFrameHandler {
    private(set) var log = Log()
    private let stopsAlways: Bool
    private var hasOpened = false
    private var hasEnded = false

    init(stopsAlways: Bool) {
        self.stopsAlways = stopsAlways
    }

    private mutating func begin(_ name: StaticString) {
        promise(!hasEnded, "a frame after the error")
        hasOpened = true
        log.add(name)
    }

    private mutating func end() -> Flow {
        log.end()
        return stopsAlways ? .stop : .proceed
    }

    mutating func welcome(_ frame: WelcomeFrame) -> Flow {
        promise(!hasOpened, "welcome is not the first frame")
        begin("welcome")
        log.add(frame.major)
        log.add(frame.minor)
        log.add(frame.isEphemeral)
        log.add(frame.isResumed)
        log.add(frame.epoch)
        log.add(frame.limits.maximumFrame)
        log.add(frame.limits.maximumHandles)
        log.add(frame.limits.maximumText)
        log.add(frame.heartbeatInterval)
        log.add(frame.boot)
        return end()
    }

    mutating func acknowledgement(applied: UInt64, durable: UInt64?) -> Flow {
        begin("acknowledgement")
        log.add(applied)
        log.add(durable)
        return end()
    }

    mutating func refusal(_ frame: RefusalFrame) -> Flow {
        begin("refusal")
        log.add(frame.sequence)
        log.add(frame.reason.rawValue)
        log.add(frame.state.rawValue)
        log.add(frame.attempt)
        switch frame.subject {
        case .none: log.add("-")
        case .handle(let handle): log.add(handle)
        case .transfer(let transfer): log.add(transfer)
        }
        log.add(frame.detail)
        return end()
    }

    mutating func cancel(_ frame: CancelFrame) -> Flow {
        begin("cancel")
        log.add(frame.handle)
        log.add(frame.deadline)
        log.add(frame.reason)
        return end()
    }

    mutating func resultState(transfer: UInt32, held: UInt64, _ state: TransferState) -> Flow {
        begin("result state")
        log.add(transfer)
        log.add(held)
        log.add(state.rawValue)
        return end()
    }

    mutating func expired(handle: UInt32) -> Flow {
        begin("expired")
        log.add(handle)
        return end()
    }

    mutating func slowDown(milliseconds: UInt32) -> Flow {
        begin("slow down")
        log.add(milliseconds)
        return end()
    }

    mutating func goodbye(_ reason: GoodbyeReason, retryAfter milliseconds: UInt32) -> Flow {
        begin("goodbye")
        log.add(reason.rawValue)
        log.add(milliseconds)
        return end()
    }

    mutating func error(_ frame: ErrorFrame) -> Flow {
        begin("error")
        hasEnded = true
        log.add(frame.code.rawValue)
        log.add(frame.sequence)
        log.add(frame.text)
        return end()
    }

    mutating func skipped(type: UInt8) -> Flow {
        begin("skipped")
        log.add(type)
        return end()
    }
}
