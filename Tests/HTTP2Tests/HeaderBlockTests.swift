import HTTP2
import Testing

@Suite struct HeaderBlockTests {
    @Test("A block that is begun anew holds nothing of what it held")
    func reuse() {
        var head = HeaderBlock(request: "GET", scheme: "https", authority: "", path: "/x")
        head.append("accept", "text/plain" as StaticString)
        #expect(head.authority == nil)
        #expect(head.scheme.map(head.text) == "https")
        head.begin(status: 404)
        head.append("content-length", 17)
        #expect(head.status == 404)
        #expect(head.method == nil && head.path == nil && head.scheme == nil)
        #expect(head.fields.map { head.text($0.name) } == ["content-length"])
        #expect(head.value(of: "content-length").map(head.text) == "17")
        head.removeAll()
        #expect(head.status == nil && head.fields.isEmpty && head.bytes.isEmpty)
    }

    @Test("A copy keeps its content when the original is reused")
    func copies() {
        var head = HeaderBlock(status: 200)
        head.append("x-name", "first")
        let kept = head
        head.begin(status: 500)
        #expect(kept.status == 200)
        #expect(kept.value(of: "x-name").map(kept.text) == "first")
        #expect(kept.withBytes { $0.count } == kept.bytes.count)
    }

    @Test("A head kept beyond the call that brought it stays what it was")
    func keptHead() throws {
        let pair = SessionPair()
        let first = try #require(pair.client.request("/first"))
        let second = try #require(pair.client.request("/second"))
        pair.pump()
        let heads = [first, second].compactMap { pair.atServer[$0].head }
        #expect(heads.compactMap { head in head.path.map(head.text) } == ["/first", "/second"])
    }

    @Test("Values describe themselves in the words of the RFC")
    func descriptions() {
        #expect("\(HTTP2ErrorCode.enhanceYourCalm)" == "ENHANCE_YOUR_CALM")
        #expect("\(HTTP2ErrorCode.http11Required)" == "HTTP_1_1_REQUIRED")
        #expect("\(HTTP2ErrorCode(rawValue: 99))" == "error code 99")
        #expect("\(StreamID(7))" == "7")
        let causes: [HTTP2Failure.Cause] = [.notHTTP2, .peerBrokeProtocol, .peerFlooded, .terminated, .library]
        #expect(Set(causes.map { "\(HTTP2Failure($0, .protocolError))" }).count == causes.count)
    }

    @Test("Settings out of their range trap")
    func settings() async {
        await #expect(processExitsWith: .failure) {
            var settings = HTTP2Settings()
            settings.maximumFrameSize = 16_383
            _ = HTTP2Session(role: .server, settings: settings)
        }
    }
}
