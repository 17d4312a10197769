import Glibc

/// Connections that have asked once and then stay open without a word, as the pools of clients do.
///
/// From one address a client has some 28,000 ports to one server, so that towards the loopback each twenty thousand
/// come from an address of their own: 127.0.0.1, 127.0.0.2 and so on.
public final class IdleConnections {
    private var descriptors: [CInt] = []

    /// Opens `count` connections, asks `question` on each, and waits for the answer.
    /// - Throws: ``LoadFailure`` when a connection cannot be made, or gets no answer, or a wrong one.
    public init(_ count: Int, at address: HostAddress, asking question: Question) throws(LoadFailure) {
        while descriptors.count < count {
            let first = descriptors.count
            for number in first..<min(count, first + LoadLimits.idleAtOnce) {
                let descriptor = try address.connect(fromLoopback: 1 + number / LoadLimits.connectionsFromOneAddress)
                descriptors.append(descriptor)
                try Self.ask(question, descriptor)
            }
            for descriptor in descriptors[first...] { try Self.awaitAnswer(to: question, descriptor) }
        }
    }

    deinit {
        for descriptor in descriptors { close(descriptor) }
    }

    /// How many of them the server has not closed.
    public func countOpen() -> Int {
        var byte: UInt8 = 0
        return descriptors.count { recv($0, &byte, 1, CInt(MSG_PEEK | MSG_DONTWAIT)) < 0 && errno == EAGAIN }
    }

    private static func ask(_ question: Question, _ descriptor: CInt) throws(LoadFailure) {
        let size = question.request.count
        guard send(descriptor, question.request, size, CInt(MSG_NOSIGNAL)) == size else {
            throw LoadFailure("an idle connection takes no request")
        }
    }

    private static func awaitAnswer(to question: Question, _ descriptor: CInt) throws(LoadFailure) {
        var reader = AnswerReader()
        var answer: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while true {
            var wanted = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            guard poll(&wanted, 1, CInt(LoadLimits.connectSeconds * 1_000)) == 1 else {
                throw LoadFailure("no answer on an idle connection")
            }
            let count = recv(descriptor, &piece, piece.count, 0)
            guard count > 0 else { throw LoadFailure("an idle connection was closed") }
            answer += piece[..<count]
            let reading = answer.withUnsafeBytes { reader.read($0, from: 0, expecting: question.beginning) }
            switch reading {
            case .incomplete: continue
            case .right: return
            case .wrong, .broken: throw LoadFailure("a wrong answer on an idle connection")
            }
        }
    }
}
