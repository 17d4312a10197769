import Glibc
import Testing

@testable import LoadGenerator

@Suite("Idle connections")
struct IdleConnectionsTests {
    private let question = Question(request: Array("GET / HTTP/1.1\r\n\r\n".utf8), beginning: Array("right".utf8))

    private func answer(_ body: String) -> [UInt8] { Array("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n\(body)".utf8) }

    @Test("Each asks once and stays open")
    func open() throws {
        let right = answer("right")
        let server = FakeServer { _ in right }
        defer { server.stop() }
        let idle = try IdleConnections(150, at: HostAddress(host: "127.0.0.1", port: server.port), asking: question)
        #expect(idle.countOpen() == 150)
        #expect(server.requests == 150)
    }

    @Test("A wrong answer and none are failures")
    func failures() throws {
        let wrong = answer("wrong")
        for reply in [wrong, nil] {
            let server = FakeServer { _ in reply }
            defer { server.stop() }
            let address = try HostAddress(host: "127.0.0.1", port: server.port)
            #expect(throws: LoadFailure.self) { try IdleConnections(1, at: address, asking: question) }
        }
    }

    @Test("A connection to the loopback comes from the address of it that is wanted, any other from where it may")
    func sources() throws {
        let right = answer("right")
        let server = FakeServer { _ in right }
        defer { server.stop() }
        let descriptor = try HostAddress(host: "127.0.0.1", port: server.port).connect(fromLoopback: 3)
        defer { close(descriptor) }
        var own = sockaddr_in()
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &own) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { _ = getsockname(descriptor, $0.baseAddress, &length) }
        }
        #expect(own.sin_addr.s_addr == inet_addr("127.0.0.3"))
    }
}
