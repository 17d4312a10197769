import Foundation
import Testing

/// A bare connection to the server, for what no well-behaved client sends.
final class Socket: Sendable {
    private let descriptor: Int32

    struct Refused: Error {}

    /// - Parameter isExpected: the server is there; otherwise it may be away, which is no fault of the test.
    init(port: Int, isExpected: Bool = true) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        try #require(descriptor >= 0)
        var timeout = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port).bigEndian)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let outcome = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if outcome != 0, !isExpected { throw Refused() }
        try #require(outcome == 0, "connect: \(String(cString: strerror(errno)))")
    }

    deinit {
        close(descriptor)
    }

    /// Sends everything, or as much as the server takes before it closes.
    func send(_ bytes: [UInt8]) {
        var offset = 0
        while offset < bytes.count {
            let sent = bytes[offset...].withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard sent > 0 else { return }
            offset += sent
        }
    }

    func send(_ text: String) {
        send(Array(text.utf8))
    }

    /// Closes our side; what the server sends can still be read.
    func finish() {
        shutdown(descriptor, Int32(SHUT_WR))
    }

    /// Everything until the server closes, or until `condition` holds for what has come.
    ///
    /// Waits on a thread of its own: the few threads that run tests must not stand still.
    func receive(until condition: @escaping @Sendable ([UInt8]) -> Bool = { _ in false }) async -> [UInt8] {
        await Self.onThread { self.receiveNow(until: condition) }
    }

    /// As ``receive(until:)``, on the thread that calls it.
    func receiveNow(until condition: ([UInt8]) -> Bool = { _ in false }) -> [UInt8] {
        var received: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while !condition(received) {
            let count = recv(descriptor, &buffer, buffer.count, 0)
            guard count > 0 else { break }
            received.append(contentsOf: buffer[..<count])
        }
        return received
    }

    /// Runs `body`, which waits, on a thread of its own.
    static func onThread<R: Sendable>(_ body: @escaping @Sendable () -> R) async -> R {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async { continuation.resume(returning: body()) }
        }
    }

    /// As ``receive(until:)``, as text.
    func receiveText(until condition: @escaping @Sendable (String) -> Bool = { _ in false }) async -> String {
        String(decoding: await receive { condition(String(decoding: $0, as: UTF8.self)) }, as: UTF8.self)
    }
}
