import Testing

@testable import telltale

private func answer(_ status: Int, _ body: String) throws -> JobAnswer {
    JobAnswer(server: try ServerURL("http://x:1"), status: status, body: Array(body.utf8))
}

@Suite("Answers about jobs")
struct JobAnswerTests {
    @Test(
        "each error of the contract has its exit code and its line",
        arguments: [
            (
                404, #"{"error":"Job not found","taskId":"a"}"#, telltale.ExitStatus.notFound,
                "job a: http://x:1 knows no such job"
            ),
            (404, #"{"error":"No result available"}"#, .noResult, "job a: it completed, and there is no result"),
            (404, #"{"error":"Not found"}"#, .failure, "job a: Not found"),
            (404, "<html>", .failure, "http://x:1 answered 404: is it a Telltale server?"),
            (410, #"{"error":"Job has expired","expiredAt":"2026"}"#, .expired, "job a: it expired at 2026"),
            (
                409, #"{"error":"Job not completed","status":"failed"}"#, .otherState,
                "job a: Job not completed (it is failed)"
            ),
            (400, #"{"error":"Bad","detail":"why"}"#, .usage, "job a: Bad: why"),
            (503, #"{"error":"Not ready"}"#, .failure, "job a: Not ready"),
        ]
    )
    func failures(_ status: Int, _ body: String, _ code: telltale.ExitStatus, _ text: String) throws {
        #expect(try answer(status, body).failure(about: "a") == CommandFailure(text, status: code))
    }

    @Test("an answer that is no JSON is an error, and no crash")
    func noJSON() throws {
        #expect(throws: CommandFailure.self) { try answer(200, "<html>").value() }
    }

    @Test("an answer with a result of many lines is printed on one")
    func oneLine() throws {
        #expect(try answer(200, "{\"a\":1}\r\n").text == #"{"a":1}"#)
        let body = "{\"result\":{\n  \"a b\": [1,\r\n 2],\n\t\"c\": \"\\n \u{2028}\"\n}}\n"
        #expect(try answer(200, body).text == "{\"result\":{\"a b\":[1,2],\"c\":\"\\n \u{2028}\"}}")
        #expect(try answer(200, "<a>\n<b>").text == "<a> <b>")
    }
}
