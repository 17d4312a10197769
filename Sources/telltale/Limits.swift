/// Limits of `telltale run`.
enum RunLimits {
    /// Bytes of a line that are looked at and kept: a failure's text and a note may have 1,024, and a bar fits a
    /// terminal.
    static let lineBytes = 1_024
    /// Bytes read from the command at once: the size of a Linux pipe.
    static let readBytes = 65_536
    /// Bytes written at once to a pipe or a terminal that has room: POSIX promises no waiting up to PIPE_BUF.
    static let writeBytes = 4_096
    /// Bytes of standard output that may wait for the server in the temporary file.
    static let spillBytes: UInt64 = 1 << 30
    /// Bytes from which the media type is told; the resource header of the MIME Sniffing standard, section 5.2.
    static let sniffBytes = 1_445
    /// How long a cancelled command has between SIGTERM and SIGKILL, where nothing else is said.
    static let grace = Duration.seconds(10)
    /// How long a server that takes nothing is waited for after the command's end, where nothing else is said: a
    /// restart of it fits in, and a script that runs without a server is not held up much.
    static let linger = Duration.seconds(5)
    /// How long output is still read after the command's end when something that it started holds it open.
    static let drain = Duration.seconds(2)
    /// Series of numbers followed at once.
    static let series = 16
    /// How long `--require-server` waits for the server's answer before the command starts.
    static let requiredServer = Duration.seconds(10)
}

/// Limits of the commands that read jobs.
enum ReaderLimits {
    /// A status answer with the largest result that a server puts into one (1 MiB by default), and room for its texts.
    static let answerBytes = 16 << 20
    /// How long the head of an answer may take.
    static let answerTime = Duration.seconds(30)
    /// How long a connection may take.
    static let connectTime = Duration.seconds(5)
    /// The pause between two looks at a job, whatever the server asks for.
    static let pause: ClosedRange<Int64> = 100...30_000
    /// The bar of a result is drawn anew no sooner than this.
    static let redraw = Duration.milliseconds(100)
    /// How long `watch` bears a server that does not answer once it has answered.
    static let serverAway = Duration.seconds(60)
    /// How long `watch` bears that a server does not know a job that it knew before: one that was started anew learns
    /// of it when the worker comes back.
    static let jobAway = Duration.seconds(10)
    /// Jobs asked for at once by `ls`: with labels as long as they may be they fit into a document that is parsed.
    static let pageJobs = 100
}

/// Limits of `telltale bench`.
enum BenchLimits {
    /// Ids are numbered in 32 bits; the largest table that a large machine holds.
    static let jobs = 1...100_000_000
    /// More than any machine has cores for.
    static let threads = 1...256
    /// From what gives each thread a block in each round, to some minutes.
    static let operations = 1_000...1_000_000_000
    /// Rounds whose median is a figure: enough that one disturbed round does not show.
    static let rounds = 5
    /// Operations prepared and timed at once: two readings of the clock weigh little among so many, and what was
    /// prepared for them stays in the first-level cache.
    static let block = 256
    /// Warm jobs, over all threads: their records fit into a second-level cache.
    static let warmJobs = 1_000
    /// Operations of the figure for warm updates at most: progress has 10,000 steps, and each update is to bring news.
    static let warmOperations = 9_000_000
    /// Jobs compared at the end with what they must have come to.
    static let sample = 1_000

    /// Connections of the load, each with a thread of its own.
    static let connections = 1...64
    /// Jobs of the load: what streams may have bound together, a million each.
    static let loadJobs = 1...10_000_000
    /// Handles of a stream on every server that keeps to the defaults of the protocol.
    static let jobsOfStream = 1_048_576
    static let seconds = 1...3_600
    /// Updates encoded at once; a run may have no more entries than this on any server.
    static let batch = 1...16_384
    /// Updates between the start and the end of an attempt: progress has so many steps.
    static let steps: UInt16 = 10_000
    /// How long the jobs of the load live beyond it, in seconds: enough to look at them, and then they are gone.
    static let afterlife: UInt32 = 60
    /// Frames that prepare the jobs are encoded by so many at a time.
    static let preparedFrames = 1_024
    /// Bytes that are handed to the socket, or taken from it, at once.
    static let socketBytes = 262_144
    /// How long the server may stay silent while it owes an acknowledgement.
    static let silence = Duration.seconds(30)
    /// Status checks a second beside the load: enough for a 99th percentile of a few seconds, too few to be a load.
    static let checksPerSecond = 1...100_000
    /// Jobs of the load that are read back in the end.
    static let readBack = 100

    /// Connections of the status checks: what one address of a client has ports for.
    static let statusConnections = 1...28_000
    /// Connections that stay open without a word: a few addresses of the loopback are enough for them.
    static let statusIdle = 0...1_000_000
    /// Status checks a second, from one in a while to what needs several servers.
    static let rate = 0.1...100_000_000.0
    /// Status checks that wait for answers on one connection.
    static let pipeline = 1...1_024
    /// Jobs that are asked for; they are made one after the other.
    static let statusJobs = 1...10_000
    /// How long these jobs live beyond the run, in seconds, when nothing is left to delete them: slow answers and the
    /// making of the jobs have to fit in.
    static let statusAfterlife = 600
    /// Descriptors that the process needs beside its connections.
    static let otherDescriptors = 64
    /// The length of a result: what a server takes unless it is told otherwise.
    static let resultBytes = 0...16 * 1_073_741_824
}
