import Bytes
import HTTP1
import StatusCore
import Testing

@testable import StatusServer

/// What a status check costs. That it takes no memory from the heap is for the benchmarks to watch: it holds for
/// optimised code only.
@Suite("The cost of a status answer", .tags(.unit007))
struct StatusCostTests {
    @Test("Answer after answer is written into the same memory, and costs a client less than a kilobyte")
    func memory() throws {
        let server = try Harness()
        try server.send(
            "POST /api/jobs",
            json: #"{"taskId":"job-1","type":"sanitize","labels":{"team":"a"},"metadata":{"a":1}}"#
        )
        try server.send(
            "PATCH /api/jobs/job-1",
            json: #"{"units":{"done":1,"total":3,"unit":"files"},"step":{"index":1,"name":"x"},"note":"hello"}"#
        )
        let head = Array("GET /api/jobs/job-1/status HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nAccept: */*\r\n\r\n".utf8)
        var parser = RequestParser()
        var parsed = RequestHead()
        var output = OutputBuffer(capacity: 64)

        // What a connection does for each request that a keep-alive client sends.
        func check() {
            head.withUnsafeBytes { bytes in
                _ = parser.parse(bytes, into: &parsed)
                let request = BridgeRequest(
                    method: parsed.method,
                    path: UnsafeRawBufferPointer(rebasing: bytes[parsed.path]),
                    query: UnsafeRawBufferPointer(start: nil, count: 0),
                    host: parsed.host.map { UnsafeRawBufferPointer(rebasing: bytes[$0]) },
                    bytes: bytes,
                    fields: parsed.fields,
                    hasBody: false
                )
                output.removeAll()
                let decision = server.bridge.decide(request, at: server.now, scratch: server.scratch, into: &output)
                guard case .answer(let fields) = decision, fields.status == 200 else { fatalError("\(decision)") }
                fields.appendFields(to: &output)
            }
        }
        check()
        let memory = output.withBytes { $0.baseAddress }
        let length = output.count

        for _ in 1...100 {
            check()
            #expect(output.withBytes { $0.baseAddress } == memory)
            #expect(output.count == length)
        }
        #expect(length < 1_024)
    }

    @Test("The fields of a status answer that are written in one go are those that are written one by one")
    func fields() {
        var atOnce = OutputBuffer()
        ResponseFields.keptAnswer.appendFields(to: &atOnce)
        var oneByOne = OutputBuffer()
        ResponseFields.keptAnswer.forEachField { name, lowercase, value in
            #expect(name.description.lowercased() == lowercase.description)
            oneByOne.append(name)
            oneByOne.append(": ")
            oneByOne.append(value)
            oneByOne.append("\r\n")
        }

        #expect(atOnce.copy() == oneByOne.copy())
    }
}
