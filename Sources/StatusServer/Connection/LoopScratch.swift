import Bytes
import HTTP1
import HTTP2
import NIOCore

/// Memory that the connections of one event loop share, because each uses it only during a call and never across two.
///
/// It keeps what an idle connection costs down to its own state.
final class LoopScratch {
    /// What the bridge reads jobs into.
    let bridge = BridgeScratch()
    /// What connections read into, and write from.
    let received = SpareBuffer(keeping: Limits.keptReceived)
    let outbound = SpareBuffer(keeping: Limits.keptOutput)
    /// Behind a pointer for the reason that ``ConnectionState`` gives.
    private let answer = UnsafeMutablePointer<OutputBuffer>.allocate(capacity: 1)
    /// The head of an HTTP/2 answer under construction.
    var fields = HeaderBlock()
    /// The Date field of the present second.
    var date = DateField()
    /// What the loop has done, for `/metrics`.
    let counters: LoopCounters
    /// Who on this loop waits for jobs to change; made when the first one does.
    fileprivate var watches: LoopWatches?
    /// The deadlines of this loop's connections; made when the first one has one.
    fileprivate var timers: LoopTimers?

    init(counters: LoopCounters) {
        self.counters = counters
        answer.initialize(to: OutputBuffer(capacity: 4_096))
    }

    deinit {
        answer.deinitialize(count: 1)
        answer.deallocate()
    }

    /// The body of the answer under construction; empty between two calls.
    var content: OutputBuffer {
        _read { yield answer.pointee }
        _modify { yield &answer.pointee }
    }

    /// One for each loop of a group, for use on that loop only.
    static func make(for group: any EventLoopGroup) -> [ObjectIdentifier: NIOLoopBoundBox<LoopScratch?>] {
        var all: [ObjectIdentifier: NIOLoopBoundBox<LoopScratch?>] = [:]
        for loop in group.makeIterator() {
            all[ObjectIdentifier(loop)] = NIOLoopBoundBox.makeEmptyBox(valueType: LoopScratch.self, eventLoop: loop)
        }
        return all
    }
}

extension ServerServices {
    /// The scratch of `loop`; call it there.
    func scratch(of loop: any EventLoop) -> LoopScratch {
        guard let box = scratches[ObjectIdentifier(loop)] else {
            preconditionFailure("a connection on a loop of another group")
        }
        if let scratch = box.value { return scratch }
        let scratch = LoopScratch(counters: bridge.counters.makeLoop())
        box.value = scratch
        return scratch
    }

    /// The timers of `loop`; call it there.
    func timers(of loop: any EventLoop) -> LoopTimers {
        let scratch = scratch(of: loop)
        if let timers = scratch.timers { return timers }
        let timers = LoopTimers(loop: loop)
        scratch.timers = timers
        return timers
    }

    /// The watches of `loop`; call it there.
    func watches(of loop: any EventLoop) -> LoopWatches {
        let scratch = scratch(of: loop)
        if let watches = scratch.watches { return watches }
        let watches = LoopWatches(table: table, loop: loop)
        scratch.watches = watches
        return watches
    }
}
