import Glibc

/// A TCP connection of a benchmark, used by one thread: no event loop stands between it and the socket.
struct BenchSocket: ~Copyable {
    private let descriptor: CInt

    /// Connects to `server`, whose scheme must be http.
    /// - Throws: ``CommandFailure`` when nobody answers there.
    init(_ server: ServerURL) throws(CommandFailure) {
        let (host, port) = try server.socketAddress()
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host, port, &hints, &list) == 0, let list else {
            throw CommandFailure("no answer from \(server.text): no such host", status: .unavailable)
        }
        defer { freeaddrinfo(list) }
        var code: CInt = 0
        var candidate: UnsafeMutablePointer<addrinfo>? = list
        while let address = candidate?.pointee {
            let opened = socket(address.ai_family, address.ai_socktype | CInt(SOCK_CLOEXEC.rawValue), 0)
            if opened >= 0, connect(opened, address.ai_addr, address.ai_addrlen) == 0 {
                var on: CInt = 1
                setsockopt(opened, CInt(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<CInt>.size))
                descriptor = opened
                return
            }
            code = errno
            if opened >= 0 { close(opened) }
            candidate = address.ai_next
        }
        throw CommandFailure("no answer from \(server.text): \(SystemError.text(code))", status: .unavailable)
    }

    deinit {
        close(descriptor)
    }

    /// What a socket has done with bytes.
    enum Outcome {
        case moved(Int)
        /// Not now: the socket is full, or has nothing.
        case notNow
        /// The peer has closed the connection, or it broke.
        case ended
    }

    /// Sends what the socket has room for.
    func send(_ bytes: UnsafeRawBufferPointer) -> Outcome {
        let flags = CInt(MSG_DONTWAIT | Int(MSG_NOSIGNAL))
        return outcome(Glibc.send(descriptor, bytes.baseAddress, bytes.count, flags))
    }

    /// Receives what is there, at most `target` holds.
    func receive(_ target: UnsafeMutableRawBufferPointer) -> Outcome {
        let outcome = outcome(recv(descriptor, target.baseAddress, target.count, CInt(MSG_DONTWAIT)))
        if case .moved(0) = outcome { return .ended }
        return outcome
    }

    private func outcome(_ result: Int) -> Outcome {
        if result >= 0 { return .moved(result) }
        return errno == EAGAIN || errno == EINTR ? .notNow : .ended
    }

    /// Waits until there is something to receive, or room to send where `forRoom`, for at most `milliseconds`.
    func wait(forRoom: Bool, milliseconds: CInt) {
        let events = POLLIN | (forRoom ? POLLOUT : 0)
        var entry = pollfd(fd: descriptor, events: Int16(events), revents: 0)
        poll(&entry, 1, milliseconds)
    }
}

extension ServerURL {
    /// Host and port, as they stand in the URL, whose scheme must be http.
    func plainAuthority() throws(CommandFailure) -> String {
        let scheme = "http://"
        guard text.lowercased().hasPrefix(scheme) else {
            throw CommandFailure("'\(text)': a measurement goes over plain http:// only", status: .usage)
        }
        return String(text.dropFirst(scheme.count).prefix { $0 != "/" })
    }

    /// What a plain connection needs: host without brackets, and port.
    func socketAddress() throws(CommandFailure) -> (host: String, port: String) {
        let authority = try plainAuthority()
        let host =
            authority.hasPrefix("[")
            ? authority.dropFirst().prefix { $0 != "]" } : authority.prefix { $0 != ":" }
        let rest = authority[host.endIndex...].drop { $0 == "]" }
        return (String(host), rest.hasPrefix(":") ? String(rest.dropFirst()) : "80")
    }
}
