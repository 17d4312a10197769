import Foundation
import Synchronization

/// A server of the loopback that answers each request as it is told to; a thread a connection.
final class FakeServer: Sendable {
    let port: UInt16
    private let descriptor: CInt
    /// Requests that have arrived, over all connections.
    private let count = Mutex(0)
    private let answer: @Sendable (_ number: Int) -> [UInt8]?

    /// Calls `answer` with the number of each request, from 0 on; nil closes the connection.
    init(_ answer: @escaping @Sendable (_ number: Int) -> [UInt8]?) {
        self.answer = answer
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) {
                _ = bind(descriptor, $0.baseAddress, length)
                _ = getsockname(descriptor, $0.baseAddress, &length)
            }
        }
        self.descriptor = descriptor
        port = UInt16(bigEndian: address.sin_port)
        listen(descriptor, 64)
        let thread = Thread { [self] in
            while true {
                let connection = accept(descriptor, nil, nil)
                guard connection >= 0 else {
                    close(descriptor)
                    return
                }
                let thread = Thread { [self] in serve(connection) }
                thread.start()
            }
        }
        thread.start()
    }

    /// No further connection is taken. The thread that takes them closes the descriptor: closed here, its number could
    /// be that of another test's server by the time that the thread asks again.
    func stop() {
        shutdown(descriptor, CInt(SHUT_RDWR))
    }

    var requests: Int { count.withLock { $0 } }

    private func serve(_ connection: CInt) {
        defer { close(connection) }
        let end = Array("\r\n\r\n".utf8)
        var held: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(connection, &buffer, buffer.count)
            guard count > 0 else { return }
            held += buffer[..<count]
            while let range = held.firstRange(of: end) {
                held.removeSubrange(..<range.upperBound)
                let number = self.count.withLock { count in
                    defer { count += 1 }
                    return count
                }
                guard let bytes = answer(number) else { return }
                guard send(connection, bytes, bytes.count, CInt(MSG_NOSIGNAL)) == bytes.count else { return }
            }
        }
    }
}
