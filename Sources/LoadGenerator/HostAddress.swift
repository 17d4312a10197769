import Glibc

/// Where to connect to: the addresses of a host, one after the other.
public struct HostAddress: Sendable {
    private let candidates: [(family: CInt, bytes: [UInt8])]

    /// Looks `host` up, a name or an IP address without brackets.
    /// - Throws: ``LoadFailure`` when it has no address.
    public init(host: String, port: UInt16) throws(LoadFailure) {
        var hints = addrinfo()
        hints.ai_socktype = CInt(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_NUMERICSERV
        var list: UnsafeMutablePointer<addrinfo>?
        let code = getaddrinfo(host, "\(port)", &hints, &list)
        guard code == 0 else { throw LoadFailure(String(cString: gai_strerror(code))) }
        defer { freeaddrinfo(list) }
        var candidates: [(family: CInt, bytes: [UInt8])] = []
        var next = list
        while let entry = next {
            let bytes = UnsafeRawBufferPointer(start: entry.pointee.ai_addr, count: Int(entry.pointee.ai_addrlen))
            candidates.append((entry.pointee.ai_family, Array(bytes)))
            next = entry.pointee.ai_next
        }
        self.candidates = candidates
    }

    /// A connected socket that does not block and sends without delay; it is the caller's to close.
    /// - Parameter host: where the connection comes from when it goes to the loopback of IPv4: 127.0.0.0 plus this;
    ///   nil leaves that to the system.
    /// - Throws: ``LoadFailure`` that says why the last of the addresses cannot be reached.
    func connect(fromLoopback host: Int? = nil) throws(LoadFailure) -> CInt {
        var failure = LoadFailure("no address to connect to")
        for candidate in candidates {
            do throws(LoadFailure) { return try Self.connect(candidate.family, candidate.bytes, host) } catch {
                failure = error
            }
        }
        throw failure
    }

    private static func connect(
        _ family: CInt,
        _ address: [UInt8],
        _ host: Int?
    ) throws(LoadFailure) -> CInt {
        let descriptor = socket(family, CInt(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LoadFailure(code: errno) }
        // Linux gives up connecting after the time that sending may take.
        var time = timeval(tv_sec: LoadLimits.connectSeconds, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &time, socklen_t(MemoryLayout<timeval>.size))
        if let host, isLoopback(family, address) {
            let code = bind(descriptor, toLoopback: host)
            guard code == 0 else {
                close(descriptor)
                throw LoadFailure(code: code)
            }
        }
        let outcome = address.withUnsafeBytes { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                Glibc.connect(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        guard outcome == 0 else {
            let code = errno == EINPROGRESS ? ETIMEDOUT : errno
            close(descriptor)
            throw LoadFailure(code: code)
        }
        var yes: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<CInt>.size))
        _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
        return descriptor
    }

    /// True for 127.0.0.0/8; the address begins at the fifth byte of a `sockaddr_in`.
    private static func isLoopback(_ family: CInt, _ address: [UInt8]) -> Bool {
        family == AF_INET && address.count > 4 && address[4] == 127
    }

    /// The error's number, or 0.
    private static func bind(_ descriptor: CInt, toLoopback host: Int) -> CInt {
        // The port is chosen when the peer is known, so that one port serves many peers: ip(7).
        var yes: CInt = 1
        setsockopt(descriptor, CInt(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, &yes, socklen_t(MemoryLayout<CInt>.size))
        var own = sockaddr_in()
        own.sin_family = sa_family_t(AF_INET)
        own.sin_addr.s_addr = (0x7F00_0000 | in_addr_t(truncatingIfNeeded: host) & 0xFF_FFFF).bigEndian
        let outcome = withUnsafeBytes(of: &own) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                Glibc.bind(descriptor, $0.baseAddress, socklen_t(bytes.count))
            }
        }
        return outcome == 0 ? 0 : errno
    }
}
