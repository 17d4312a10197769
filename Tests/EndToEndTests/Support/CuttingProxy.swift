import Foundation
import Testing

/// A TCP relay between a worker and a server, whose connections a test breaks where it wants to.
///
/// Each direction of a connection has a thread of its own. Sendable because the lock guards what changes.
final class CuttingProxy: @unchecked Sendable {
    /// Where the worker connects to.
    let port: Int
    var url: String { "http://127.0.0.1:\(port)" }

    private let listener: Int32
    private let lock = NSLock()
    private var target: Int
    private var open: Set<Int32> = []
    private var accepted = 0
    /// Breaks the connections once so many bytes have gone up on one of them.
    private var breaksAfter = Int.max
    private var isDeaf = false

    init(to target: Int) throws {
        self.target = target
        self.target = target
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(listener >= 0)
        var address = Self.loopback(0)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let bound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(listener, $0, length) == 0 && listen(listener, 16) == 0 && getsockname(listener, $0, &length) == 0
            }
        }
        try #require(bound, "\(String(cString: strerror(errno)))")
        self.listener = listener
        port = Int(UInt16(bigEndian: address.sin_port))
        Thread.detachNewThread { [weak self] in
            while case let client = accept(listener, nil, nil), client >= 0 { self?.relay(client) }
        }
    }

    deinit {
        cut()
        shutdown(listener, Int32(SHUT_RDWR))
        close(listener)
    }

    /// How many connections there have been.
    var connections: Int { lock.withLock { accepted } }

    /// Breaks all connections, as when a machine goes away.
    func cut() {
        lock.withLock {
            isDeaf = false
            for descriptor in open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Breaks the connections after `bytes` have gone up on one of them; once.
    func cut(afterBytesUp bytes: Int) {
        lock.withLock { breaksAfter = bytes }
    }

    /// From here on the worker hears nothing, until ``cut()``.
    func muffle() {
        lock.withLock { isDeaf = true }
    }

    /// Sends the next connections to another server.
    func lead(to target: Int) {
        lock.withLock { self.target = target }
    }

    private func relay(_ client: Int32) {
        let server = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = Self.loopback(lock.withLock { target })
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(server, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard outcome == 0 else {
            close(server)
            close(client)
            return
        }
        lock.withLock {
            accepted += 1
            open.formUnion([client, server])
        }
        let group = DispatchGroup()
        for (source, destination, isUp) in [(client, server, true), (server, client, false)] {
            group.enter()
            Thread.detachNewThread { [weak self] in
                self?.pump(from: source, to: destination, isUp: isUp)
                shutdown(source, Int32(SHUT_RDWR))
                shutdown(destination, Int32(SHUT_RDWR))
                group.leave()
            }
        }
        group.notify(queue: .global()) { [self] in
            _ = lock.withLock { (open.remove(client), open.remove(server)) }
            close(client)
            close(server)
        }
    }

    private func pump(from source: Int32, to destination: Int32, isUp: Bool) {
        var buffer = [UInt8](repeating: 0, count: 16_384)
        var total = 0
        while case let count = recv(source, &buffer, buffer.count, 0), count > 0 {
            total += count
            if isUp, lock.withLock({ total >= breaksAfter }) {
                lock.withLock { breaksAfter = .max }
                cut()
                return
            }
            if !isUp, lock.withLock({ isDeaf }) { continue }
            var offset = 0
            while offset < count {
                let sent = buffer[offset..<count].withUnsafeBytes {
                    send(destination, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard sent > 0 else { return }
                offset += sent
            }
        }
    }

    private static func loopback(_ port: Int) -> sockaddr_in {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return address
    }
}
