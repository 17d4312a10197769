import StatusCore
import Testing

@testable import StatusServer

@Suite("The handles of a stream")
struct HandleTableTests {
    private let table = JobTable()

    private func reference(_ name: String) throws -> JobReference {
        let id = try #require(TaskID(name))
        let now = Instant(wall: 1_000, monotonic: 1_000)
        guard case .created(let reference) = table.submit(Submission(id: id), at: now) else {
            throw Unexpected()
        }
        return reference
    }

    private struct Unexpected: Error {}

    @Test("Handles near and far are found again, and no others")
    func sparse() throws {
        var handles = HandleTable()
        let numbers: [UInt32] = [0, 1, 63, 64, 1_000, 1_048_575]
        for number in numbers {
            handles.bind(number, to: try reference("job-\(number)"), attempt: number + 1)
        }
        for number in numbers { #expect(handles[number]?.attempt == number + 1) }
        for number: UInt32 in [2, 62, 65, 999, 1_048_574, .max] { #expect(handles[number] == nil) }
        var count = 0
        handles.forEach { _ in count += 1 }
        #expect(count == numbers.count)
    }

    @Test("A handle is moved to another attempt and forgotten")
    func changes() throws {
        var handles = HandleTable()
        let job = try reference("job")
        handles.bind(7, to: job, attempt: 1)
        handles.move(7, to: 2)
        #expect(handles[7]?.attempt == 2)
        #expect(handles.unbind(7)?.reference == job)
        #expect(handles.unbind(7) == nil)
        #expect(handles[7] == nil)
    }
}
