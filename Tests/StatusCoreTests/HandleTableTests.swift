import Testing

@testable import StatusCore

@Suite("The handles of a stream")
struct HandleTableTests {
    private let bench = Bench()

    private func reference(_ name: String) throws -> JobReference {
        bench.submit(named(name))
        return try #require(bench.bind(named(name)))
    }

    @Test("Handles near and far are found again, and no others")
    func sparse() throws {
        var handles = HandleTable()
        let numbers: [UInt32] = [0, 1, 255, 256, 1_000, 1_048_575]
        var references: [UInt32: JobReference] = [:]
        for number in numbers {
            references[number] = try reference("job-\(number)")
            handles.bind(number, to: try #require(references[number]), attempt: number + 1)
        }
        for number in numbers {
            let bound = handles[number]
            #expect(bound?.attempt == number + 1)
            #expect(bound?.reference == references[number])
        }
        for number: UInt32 in [2, 254, 257, 999, 1_048_574, 1_048_576, .max] { #expect(handles[number] == nil) }
        var found: Set<JobReference> = []
        handles.forEach { found.insert($0) }
        #expect(found == Set(references.values))
    }

    @Test("A handle is moved to another attempt and forgotten")
    func changes() throws {
        var handles = HandleTable()
        let job = try reference("job")
        handles.bind(7, to: job, attempt: 1)
        handles.move(7, to: 2)
        #expect(handles[7]?.attempt == 2)
        let bound = handles.unbind(7)
        #expect(bound?.reference == job)
        let again = handles.unbind(7)
        #expect(again == nil)
        #expect(handles[7] == nil)
    }

    @Test("A page in which nothing is bound any more is given back, and one that is bound anew is not")
    func pages() throws {
        var handles = HandleTable()
        let job = try reference("job")
        for handle: UInt32 in [300, 301] { handles.bind(handle, to: job, attempt: 1) }
        handles.bind(300, to: job, attempt: 5)
        _ = handles.unbind(300)
        #expect(handles[301]?.attempt == 1)
        _ = handles.unbind(301)
        #expect(handles[301] == nil)
        handles.bind(301, to: job, attempt: 2)
        #expect(handles[300] == nil)
        #expect(handles[301]?.attempt == 2)
    }
}
