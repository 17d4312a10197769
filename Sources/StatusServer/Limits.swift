import NIOCore

/// The limits of the server's connections, each with its reason. Those of the cores stand with the cores.
enum Limits {
    /// A whole request head must have arrived this long after its first byte, or after the connection was opened: a
    /// client that is slower than this holds a descriptor for nothing.
    static let headTimeout = TimeAmount.seconds(10)
    /// A body may pause this long between two pieces.
    static let bodyTimeout = TimeAmount.seconds(30)
    /// A connection without a request is closed after this; nginx's default, which clients' pools are tuned to.
    static let idleTimeout = TimeAmount.seconds(75)
    /// After the last answer the connection stays open this long for input that was under way: closing at once would
    /// reset the connection and could destroy the answer before the peer has read it.
    static let lingerTimeout = TimeAmount.seconds(2)
    /// It stays open no longer than this in all, or a peer that never stops sending would keep it.
    static let lingerLimit = TimeAmount.seconds(30)
    /// Bytes of a JSON request body. The largest legal one carries 16 KiB of metadata and 16 labels.
    static let jsonBodyLimit = 65_536
    /// Bytes of a body that nobody wants (sent with GET or DELETE) which are read and dropped before the connection is
    /// closed instead.
    static let discardLimit = 1_048_576
    /// Bytes of a unary batch of updates over HTTP/1.1.
    static let batchBodyLimit = 16 * 1_048_576
    /// Bytes of an uploaded result that wait for the transfer pool before the sender is held back.
    static let uploadBacklog = 262_144
    /// Small pieces of an upload that wait are put together up to so many bytes.
    static let uploadPiece = 65_536
    /// Bytes of a result that are read at a time on their way out.
    static let downloadChunk = 131_072
    /// Bytes of a file that are queued at a time where the system sends it: for a reader who takes the last such region
    /// quickly twice as many, up to a mebibyte, where the cost of queueing no longer shows.
    static let firstRegion = 131_072
    static let longestRegion = 1_048_576
    static let quickRegion = TimeAmount.milliseconds(200)
    /// How often a reader of a result that arrives is given what has come.
    static let liveInterval = TimeAmount.milliseconds(100)
    /// Results up to this size that are in memory are read on the event loop itself; a thread hop would cost more.
    static let inlineDownload = 65_536
    /// Bytes that may wait in a connection's outbound buffer before it stops reading requests and frames.
    static let outboundHighWater = 262_144
    /// A buffer that has held more than this is given back, so that one large answer does not make an idle connection
    /// large; sixteen pipelined status answers fit.
    static let keptOutput = 16_384
    /// A loop keeps a buffer of this size at most for its next read: a long pipeline fits.
    static let keptReceived = 65_536
    /// Bytes that are taken out of an HTTP/2 session before they are written: large enough for one system call to pay.
    static let outboundPiece = 65_536
    /// What a peer may send ahead on a stream, at first and at most. What comes on a stream that waits for a result to
    /// be stored, or for its worker to read, is kept; so each stream begins with what a loop takes in one read, and the
    /// window of one whose bytes are applied as they come grows, up to 3 ms of them at full speed.
    static let firstStreamWindow = 65_536
    static let streamWindow = 1_048_576
    /// By so much the windows of a connection's streams may have grown in all. With the first windows of
    /// ``HTTP2Limits/concurrentStreams`` streams they make the connection's window, so that this is opened as bytes
    /// come, whatever is kept of them.
    static let grownWindows = 8 * 1_048_576
    static let connectionWindow = 16 * 1_048_576
    /// A peer that has answers waiting takes so many bytes of them in each of its times, or all that there are.
    static let leastDrain = 16_384
    /// Bytes of answers that may wait on one HTTP/2 connection before new requests on it are refused: a few of the
    /// largest lists.
    static let connectionBacklog = 4 * 1_048_576
    /// Requests of one pipeline that are answered before the other connections of the loop get their turn.
    static let requestsPerTurn = 16
    /// Results that may be on their way in at the same time, each with a compressor and buffers of about 512 KiB from
    /// its first byte on.
    static let openTransfers = 1_024
    /// Watches for which a loop keeps memory when there is none: some ten KiB.
    static let keptWatches = 256
    /// How often a wait begins anew because its job has changed meanwhile, before it is answered instead.
    static let watchTries = 16
    /// Bytes of events that are written at a time; further ones wait until the reader has taken them.
    static let eventPiece = 16_384
    /// Microseconds of an event loop's lag up to which clients may ask as often as the paces of their jobs let them: at
    /// most 4 % of the shortest time between two of their checks.
    static let easyLag: Int64 = 20_000
    /// Measurements over which the lag is evened out, for that purpose: one large list is no load, a crowd of clients
    /// is.
    static let lagMemory: Int64 = 8
    /// What a loop keeps of the memory of a large answer.
    static let scratchCapacity = 65_536
    /// Milliseconds between two looks of the store for what may go, and between two where there was more than one look
    /// takes.
    static let tidyInterval: Int64 = 10_000
    static let tidyPause: Int64 = 100
    /// Changed jobs up to which a commit takes progress along although its interval is not over.
    static let changesPerCommit = 1_000
    /// Jobs in one transaction.
    static let jobsPerCommit = 10_000
    /// Milliseconds after which a disk that failed is tried again, at first and at most.
    static let firstCommitPause: Int64 = 100
    static let longestCommitPause: Int64 = 5_000
    /// Acknowledgements of a worker's stream are at least this far apart.
    static let acknowledgementInterval = TimeAmount.milliseconds(2)
    /// What a worker that is told to cancel gets as its deadline, in milliseconds.
    static let cancelDeadline: UInt32 = 30_000
    /// A worker lets no longer time pass without a frame, in milliseconds; a connection that is silent for three times
    /// as long is dead.
    static let workerHeartbeat: UInt32 = 10_000
    static let workerSilence = TimeAmount.milliseconds(Int64(workerHeartbeat) * 3)
    /// Of how many producers that have no stream the last watermark is kept, and for how long, in milliseconds: a
    /// worker comes back within a day or starts afresh; some 200 bytes each.
    static let producers = 65_536
    static let producerMemory: Int64 = 86_400_000
    /// How long a new stream waits for its producer's former one to end, which an event loop that does not stand
    /// still brings about in milliseconds.
    static let takeoverTimeout = TimeAmount.seconds(15)
    /// A result on a worker's stream of which nothing comes for so long is given up, when nothing kept the worker from
    /// sending: it holds one of ``openTransfers`` places.
    static let transferTimeout = TimeAmount.seconds(60)
    /// How long the bytes of a result are kept whose stream was lost: a worker comes back within seconds, as its waits
    /// between attempts are short.
    static let brokenTransferTime = TimeAmount.seconds(60)
    /// Lines a second that tell of workers' failures: enough to find the worker, too few to fill a disk.
    static let failureLines = 5
    /// How often an event loop's lag is measured.
    static let loadInterval = TimeAmount.milliseconds(100)
    /// A loop that is so late is overloaded, in milliseconds: at three times as much a status check takes longer than
    /// people call prompt. It is over it again below a quarter of that.
    static let overloadLag: Int64 = 100
    static let reliefLag: Int64 = 25
    /// Measurements in a row that say so: one alone may be a page fault or another process; relief must last a second.
    static let overloadStreak = 3
    static let reliefStreak = 10
    /// What workers are told to pause, in milliseconds, at first, and at most: well below the heartbeat.
    static let firstPause: UInt32 = 500
    static let longestPause: UInt32 = 4_000
    /// What a lifetime may be, in seconds: up to a year of 365 days.
    static let lifetimeSeconds: ClosedRange<UInt32> = 1...31_536_000
    /// A frame of a worker, or an entry of a run, must have arrived this long after its first byte. Well below
    /// ``workerSilence``: a worker that falls silent inside a frame shall hear what is wrong, and not be closed first.
    static let frameTimeout = TimeAmount.seconds(20)
    /// How long an HTTP/2 peer may take to hear that no new stream will be taken.
    static let shutdownNotice = TimeAmount.seconds(1)
    /// When workers should come back after a shutdown, in milliseconds: time for a restart.
    static let retryAfterShutdown: UInt32 = 1_000
    /// Milliseconds that wall time is moved a tick towards the system's clock: 2 % at 50 ms a tick.
    static let clockSlew: Int64 = 1
    /// How often expiry and stalls are looked at, and how many timers fire at once before others get their turn.
    static let timerInterval = TimeAmount.milliseconds(50)
    static let timersPerTick = 4_096
    /// Connections that the system may hold for us before they are accepted: n8n opens one a request, 500 at once.
    static let listenBacklog: Int32 = 4_096
}
