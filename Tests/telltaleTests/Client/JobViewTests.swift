import JSON
import Testing

@testable import telltale

@Suite("A job in words")
struct JobViewTests {
    static let full = #"""
        {"taskId":"a1","status":"processing","progress":42.5,"message":"Processing: index...","createdAt":"C","updatedAt":"U",
        "expiresAt":"E","version":7,"done":false,"attempt":2,"type":"build","step":{"index":2,"total":5,"name":"index"},
        "units":{"done":12,"total":345,"unit":"files","perSecond":1.25},"note":"a\u001b[2Jb","stalled":true,
        "labels":{"name":"Nightly"},"retryAfterMs":250,"new":{"key":[1]}}
        """#

    private func view(_ text: String) throws -> JobView {
        try #require(JobView(JSONValue(parsing: Array(text.utf8))))
    }

    @Test("all facts are shown, and nothing that a terminal would obey")
    func lines() throws {
        #expect(
            try view(Self.full).lines == [
                "job        a1  Nightly", "type       build", "status     processing, stalled, attempt 2",
                "progress   42.5 %", "message    Processing: index...", "step       2 of 5: index",
                "units      12 of 345 files, 1.3 a second", "note       a [2Jb", "created    C", "updated    U",
            ]
        )
    }

    @Test("the least that a status has is enough")
    func least() throws {
        let view = try view(#"{"taskId":"a","status":"queued","progress":0}"#)
        #expect(view.lines == ["job        a", "status     queued", "progress   0 %"])
        #expect(!view.isDone)
    }

    @Test(
        "percentages have at most two decimals",
        arguments: [(4_250, "42.5 %"), (5, "0.05 %"), (10_000, "100 %"), (1_234, "12.34 %")]
    )
    func percent(_ basisPoints: Int, _ text: String) throws {
        var view = try view(#"{"taskId":"a","status":"queued","progress":0}"#)
        view.basisPoints = basisPoints
        #expect(view.percent == text)
    }

    @Test(
        "what is no status is told",
        arguments: [
            #"{}"#, #"[]"#, #"{"taskId":"a","status":"odd","progress":0}"#, #"{"taskId":"a","status":"queued"}"#,
        ]
    )
    func none(_ text: String) throws {
        #expect(JobView(try JSONValue(parsing: Array(text.utf8))) == nil)
    }

    @Test(
        "the outcome of a job is an exit code",
        arguments: [("completed", telltale.ExitStatus.done), ("failed", .jobFailed), ("cancelled", .jobCancelled)]
    )
    func outcome(_ state: String, _ status: telltale.ExitStatus) throws {
        let view = try view(#"{"taskId":"a","status":"\#(state)","progress":0}"#)
        #expect(view.outcome == status)
        #expect(view.isDone)
    }

    @Test("a table has a heading once, and cuts to the terminal")
    func table() throws {
        let jobs = [try view(Self.full), try view(#"{"taskId":"b","status":"queued","progress":0,"message":"m"}"#)]
        var table = JobTable(columns: nil)
        #expect(
            table.text(for: jobs) == """
                JOB  STATUS       PROGRESS  UPDATED  TYPE   NAME     MESSAGE
                a1   processing!  42.5 %    U        build  Nightly  Processing: index...
                b    queued       0 %                -      -        m
                """
        )
        #expect(table.text(for: [jobs[1]]) == "b    queued       0 %                -      -        m")
        var narrow = JobTable(columns: 20)
        #expect(narrow.text(for: jobs).split(separator: "\n").allSatisfy { $0.count == 19 })
    }
}
