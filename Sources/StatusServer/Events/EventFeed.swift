import Bytes
import StatusCore

/// Writes server-sent events for as long as a client reads them.
///
/// A feed keeps no events: only which jobs have changed since they were written. What is written is the status of that
/// moment, so that a reader who is slow gets fewer events, not late ones, and costs no memory. The transport asks for
/// output whenever it can take some. Format: WHATWG HTML §9.2. Belongs to one event loop.
protocol EventFeed: AnyObject {
    var carrier: (any FeedCarrier)? { get set }

    /// Appends what is to be said, up to about `limit` bytes, and says how to go on.
    func write(into output: inout OutputBuffer, limit: Int, at now: Instant) -> FeedStep

    /// Ends every watch. Nothing is written afterwards.
    func close()
}

/// What the transport does after a piece of a feed's output.
enum FeedStep: Equatable {
    /// There is more to write at once.
    case more
    /// Nothing to write before that moment, in monotonic milliseconds, unless the carrier is told.
    case idle(until: Int64)
    /// The stream is complete.
    case end
}

/// The ids of the events of one stream about many jobs: `<boot>-<n>`.
struct EventNumbers {
    let boot: UInt64
    private var last: UInt64 = 0

    init(boot: UInt64) {
        self.boot = boot
    }

    /// Appends the line of the next id.
    mutating func append(to output: inout OutputBuffer) {
        last += 1
        output.append("id: ")
        output.append(decimal: boot)
        output.append(UInt8(ascii: "-"))
        output.append(decimal: last)
        output.append(UInt8(ascii: "\n"))
    }

    /// Appends the event that tells of a gap: the client came back, and what it missed is not known.
    mutating func appendGap(to output: inout OutputBuffer) {
        append(to: &output)
        output.append("data: {\"resync\":true}\n\n")
    }
}

/// When a stream that has said nothing for ``BridgeLimits/eventComment`` says so, lest it be taken for dead.
struct CommentTimer {
    /// In monotonic milliseconds.
    private(set) var due: Int64

    init(at now: Instant) {
        due = now.monotonic + BridgeLimits.eventComment
    }

    /// Appends a comment where one is due and nothing was written since `start`.
    mutating func append(to output: inout OutputBuffer, since start: Int, at now: Instant) {
        if output.count == start {
            guard due <= now.monotonic else { return }
            output.append(": still here\n\n")
        }
        due = now.monotonic + BridgeLimits.eventComment
    }
}
