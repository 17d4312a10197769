import Glibc
import Testing

@testable import telltale

@Suite("A running command")
struct SupervisionTests {
    let start = ContinuousClock.now

    @Test("signals are passed on, but not those of a terminal that the command shares")
    func signals() {
        let apart = Supervision(sharesTerminal: false, grace: .seconds(10))
        #expect(apart.received(SIGINT, fromTerminal: true) == SIGINT)
        #expect(apart.received(SIGTERM, fromTerminal: false) == SIGTERM)
        let shared = Supervision(sharesTerminal: true, grace: .seconds(10))
        #expect(shared.received(SIGINT, fromTerminal: true) == nil)
        #expect(shared.received(SIGINT, fromTerminal: false) == SIGINT)
    }

    @Test("a cancel sends SIGTERM once, and SIGKILL once when the grace period is over")
    func cancel() {
        var supervision = Supervision(sharesTerminal: false, grace: .seconds(10))
        #expect(supervision.deadline == nil)
        #expect(supervision.cancelled(at: start) == SIGTERM)
        #expect(supervision.cancelled(at: start) == nil)
        #expect(supervision.deadline == start + .seconds(10))
        #expect(supervision.timeReached(start + .seconds(9)) == nil)
        #expect(supervision.timeReached(start + .seconds(10)) == SIGKILL)
        #expect(supervision.timeReached(start + .seconds(99)) == nil)
        #expect(supervision.deadline == nil)
        #expect(supervision.wasCancelled)
        supervision.ended(.killed(signal: SIGKILL), at: start + .seconds(11))
        #expect(supervision.end == .killed(signal: SIGKILL))
    }

    @Test("a cancel that comes after the end changes nothing, and signals go nowhere")
    func late() {
        var supervision = Supervision(sharesTerminal: false, grace: .zero)
        supervision.ended(.exited(code: 0), at: start)
        #expect(supervision.cancelled(at: start) == nil)
        #expect(!supervision.wasCancelled)
        #expect(supervision.received(SIGTERM, fromTerminal: false) == nil)
    }

    @Test("a run is over when the command and both streams have ended, in any order")
    func over() {
        var supervision = Supervision(sharesTerminal: false, grace: .zero)
        supervision.streamEnded()
        supervision.ended(.exited(code: 3), at: start)
        #expect(!supervision.isOver)
        supervision.streamEnded()
        #expect(supervision.isOver)
        #expect(supervision.end == .exited(code: 3))
    }

    @Test("a stream that something left behind holds open is not waited for without end")
    func drain() {
        var supervision = Supervision(sharesTerminal: false, grace: .zero)
        #expect(!supervision.stopsReading(at: start + .seconds(1_000)))
        supervision.ended(.exited(code: 0), at: start)
        #expect(!supervision.stopsReading(at: start))
        #expect(supervision.deadline == start + RunLimits.drain)
        #expect(supervision.stopsReading(at: start + RunLimits.drain))
    }
}

@Suite("How a command ended")
struct CommandEndTests {
    @Test(
        "its code, or 128 and the signal's number, is the exit code",
        arguments: [
            (0, 0, "exit-0", "exited with code 0"), (3 << 8, 3, "exit-3", "exited with code 3"),
            (255 << 8, 255, "exit-255", "exited with code 255"),
            (SIGTERM, 143, "signal-15", "killed by signal 15 (Terminated)"),
            // With a core dump.
            (SIGSEGV | 0x80, 139, "signal-11", "killed by signal 11 (Segmentation fault)"),
        ] as [(Int32, Int32, String, String)]
    )
    func status(_ waitStatus: Int32, _ exitCode: Int32, _ code: String, _ text: String) {
        let end = CommandEnd(waitStatus: waitStatus)
        #expect(end.exitStatus.rawValue == exitCode)
        #expect(end.failureCode == code)
        #expect(end.text == text)
        #expect(end.isSuccess == (exitCode == 0))
    }
}

@Suite("The processes of a command")
struct ProcessTreeTests {
    private func entry(_ id: pid_t, _ parent: pid_t, _ time: UInt64 = 1) -> ProcessTree.Entry {
        ProcessTree.Entry(processID: id, parent: parent, startTime: time)
    }

    @Test("all that come from the root are found, and no others")
    func found() {
        var tree = ProcessTree()
        let running = [entry(1, 0), entry(10, 1), entry(11, 10), entry(12, 11), entry(20, 1), entry(13, 10)]
        #expect(tree.members(from: 10, among: running) == [10, 11, 12, 13])
    }

    @Test("what was found stays known when its parent has ended, unless its number was given out again")
    func orphans() {
        var tree = ProcessTree()
        _ = tree.members(from: 10, among: [entry(10, 1), entry(11, 10), entry(12, 11)])
        let later = [entry(11, 1), entry(12, 1, 99), entry(14, 11)]
        #expect(tree.members(from: 10, among: later) == [11, 14])
    }

    @Test("the system's line is read whatever the program is called")
    func line() {
        let text = "42 (a) b (c) S 7 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 123456 1000 1 2 3"
        #expect(ProcessTree.parse(text, 42) == entry(42, 7, 123_456))
        #expect(ProcessTree.parse("42 (a) S 7", 42) == nil)
        #expect(ProcessTree.parse("", 42) == nil)
    }

    @Test("this process finds itself")
    func itself() {
        var tree = ProcessTree()
        #expect(tree.members(from: getpid()).contains(getpid()))
    }
}
