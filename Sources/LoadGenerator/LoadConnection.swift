import Glibc

/// One connection of a load, and how far its requests and answers have come.
final class LoadConnection {
    /// Its place among the connections of its worker.
    let number: Int
    /// -1 once it has been closed.
    private(set) var descriptor: CInt
    /// Requests that should have started; moved on by an open loop only.
    var due = 0
    /// Requests that were started.
    private(set) var sent = 0
    /// Requests whose answers have arrived.
    private(set) var answered = 0
    /// The beginning of an answer whose end has not arrived.
    var carry: [UInt8] = []
    /// What of started requests the kernel has not taken yet.
    private(set) var unsent: [UInt8] = []
    /// When the requests started, each at its place modulo their number, in nanoseconds.
    private var starts: [Int]

    init(number: Int, descriptor: CInt, depth: Int) {
        self.number = number
        self.descriptor = descriptor
        starts = [Int](repeating: 0, count: depth)
    }

    deinit {
        close()
    }

    var isOpen: Bool { descriptor >= 0 }
    var outstanding: Int { sent - answered }

    func close() {
        if isOpen { Glibc.close(descriptor) }
        descriptor = -1
    }

    /// Starts `count` requests at `now`: those of `questions` whose turn it is.
    /// - Returns: false when the connection is gone.
    func start(_ count: Int, of questions: [Question], at now: Int) -> Bool {
        if count == 1, unsent.isEmpty {
            let request = questions[(number + sent) % questions.count].request
            note(1, at: now)
            let written = request.withUnsafeBytes(write)
            guard written < request.count else { return true }
            guard written >= 0 else { return false }
            unsent = Array(request[written...])
            return true
        }
        for place in sent..<sent + count { unsent += questions[(number + place) % questions.count].request }
        note(count, at: now)
        return sendRest()
    }

    private func note(_ count: Int, at now: Int) {
        for place in sent..<sent + count { starts[place % starts.count] = now }
        sent += count
    }

    /// Sends what is still unsent.
    /// - Returns: false when the connection is gone.
    func sendRest() -> Bool {
        guard !unsent.isEmpty else { return true }
        let written = unsent.withUnsafeBytes(write)
        guard written >= 0 else { return false }
        if written == unsent.count {
            unsent.removeAll(keepingCapacity: true)
        } else {
            unsent.removeFirst(written)
        }
        return true
    }

    /// How many bytes the kernel takes; -1 when the connection is gone.
    private func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        while true {
            let count = Glibc.send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_NOSIGNAL))
            if count >= 0 { return count }
            if errno == EAGAIN { return 0 }
            if errno != EINTR { return -1 }
        }
    }

    /// Notes that the next answer has arrived.
    /// - Returns: the place of its request, and when that was started.
    func takeAnswer() -> (place: Int, start: Int) {
        defer { answered += 1 }
        return (answered, starts[answered % starts.count])
    }
}
