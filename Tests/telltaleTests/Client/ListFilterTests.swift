import Testing

@testable import telltale

@Suite("A list's query")
struct ListFilterTests {
    @Test("names and values are escaped")
    func query() {
        var filter = ListFilter(status: "queued", type: "a b&c")
        filter.labels = [("k=", "ü")]
        #expect(
            filter.query(limit: 5, after: "x+y")
                == "limit=5&status=queued&type=a%20b%26c&label.k%3D=%C3%BC&cursor=x%2By"
        )
    }
}
