import Bytes
import NIOCore
import StatusCore
import UpdateProtocol

/// What others tell the worker, through ``StreamDirectory`` and on the stream's event loop.
extension WorkerStream {
    /// Somebody cancelled the job behind `handle`; it already reads as cancelled.
    func cancel(_ handle: Handle, reason: String?) {
        // The handle may stand for another job by now.
        guard phase == .open, let reference = bound[handle.rawValue]?.reference,
            services.table.read(reference, at: services.clock.now(), into: snapshot), snapshot.state == .cancelled
        else { return }
        output.appendCancel(handle: handle.rawValue, deadline: Limits.cancelDeadline, reason: reason ?? "")
        carrier?.hasOutput()
    }

    /// The time of the jobs behind `handles` is over; the handles stand for nothing any more.
    func expired(_ handles: [Handle]) {
        guard phase == .open else { return }
        let now = services.clock.now()
        for handle in handles {
            // The handle may stand for another job by now, which is there to be read.
            guard let reference = bound[handle.rawValue]?.reference,
                !services.table.read(reference, at: now, into: snapshot)
            else { continue }
            _ = bound.unbind(handle.rawValue)
            output.appendExpired(handle: handle.rawValue)
        }
        if !output.isEmpty { carrier?.hasOutput() }
    }

    /// The server has more to do than it can: the worker is to send no progress for so many milliseconds.
    func slowDown(milliseconds: UInt32) {
        guard phase == .open, !isForResults, !hasSaidGoodbye else { return }
        output.appendSlowDown(milliseconds: milliseconds)
        carrier?.hasOutput()
    }

    /// A newer stream of the same producer has taken over: this one ends. Jobs that the newer one does not bind stall.
    func displace() {
        guard phase == .open || phase == .claiming else { return }
        fail(ProtocolError(.displaced, sequence: 0, "a newer stream of this producer has taken over"))
    }

    /// The server shuts down: the worker is asked to end its stream, and what it still sends is applied and
    /// acknowledged.
    func drain() {
        switch phase {
        case .opening, .claiming:
            output.appendServerGoodbye(.shuttingDown, retryAfter: Limits.retryAfterShutdown)
            end()
        case .open where hasSaidGoodbye: break
        case .open:
            hasSaidGoodbye = true
            output.appendServerGoodbye(.shuttingDown, retryAfter: Limits.retryAfterShutdown)
            carrier?.hasOutput()
        case .ended: break
        }
    }
}
