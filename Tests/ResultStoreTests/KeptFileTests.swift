import Foundation
import Glibc
import ResultStore
import Testing

/// Results in files that another process finds again.
@Suite("Kept files")
struct KeptFileTests {
    private final class Folder: Sendable {
        let path = NSTemporaryDirectory() + "telltale-results-\(UUID().uuidString)"

        init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false) }
        deinit { try? FileManager.default.removeItem(atPath: path) }

        var files: [String] {
            get throws { try FileManager.default.contentsOfDirectory(atPath: path).sorted() }
        }

        func store(_ adjust: (inout ResultStore.Configuration) -> Void = { _ in }) throws -> ResultStore {
            var configuration = ResultStore.Configuration(temporaryFolder: path)
            configuration.keepsFiles = true
            adjust(&configuration)
            return try ResultStore(configuration: configuration)
        }
    }

    /// Descriptors of this process that lead into `folder`.
    private func descriptors(into folder: Folder) throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count { name in
            let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(name)")
            return target?.hasPrefix(folder.path) ?? false
        }
    }

    @Test("A stored result holds no descriptor, so that there may be more of them than a process may open")
    func descriptors() throws {
        let folder = try Folder()
        let store = try folder.store { $0.maximumUsage.files = 1 }
        var results: [StoredResult] = []
        for length in 100_000..<100_020 { results.append(try store.store(noise(length))) }
        // Closing is left to another thread.
        let end = Date().addingTimeInterval(10)
        while try descriptors(into: folder) > 0, Date() < end { usleep(10_000) }
        #expect(try descriptors(into: folder) == 0)
        #expect(store.usage.files == 0)
        for (index, result) in results.enumerated() {
            #expect(try result.copyContent(limit: 200_000) == noise(100_000 + index))
        }
    }

    @Test("A removed result's file goes when its last reader is done, and at once without readers")
    func readers() throws {
        let folder = try Folder()
        let store = try folder.store()
        var reader: ResultReader?
        do {
            let read = try store.store(noise(300_000))
            reader = ResultReader(read, coding: .identity)
            let other = try store.store(noise(200_000))
            for id in [read.id, other.id] {
                store.remove(id)
                store.removeFile(of: id)
            }
        }
        #expect(try folder.files.count == 1)
        #expect(try reader?.body() == noise(300_000))
        reader = nil
        #expect(try folder.files.isEmpty)
    }

    @Test(
        "Another process finds them, although its limits are lower, and then takes no more",
        arguments: [300_000, 500, 0]
    )
    func restored(length: Int) throws {
        let folder = try Folder()
        let record = try folder.store().store(noise(length)).record
        let store = try folder.store {
            $0.maximumUsage.storedBytes = 100
            $0.maximumUsage.memoryBytes = 0
            $0.maximumUsage.files = 0
        }
        #expect(store.restore(record))
        #expect(store.removeOrphans() == 0)
        #expect(try store.result(record.id)?.copyContent(limit: length) == noise(length))
        #expect(store.usage.storedBytes >= min(length, 101))
        #expect(store.refusal([1], ResultDescription(mediaType: "text/plain")) == .storeFull)
        // A file that is cut off is not taken for a result.
        let path = folder.path + "/result-\(record.id)"
        if truncate(path, 1_000) == 0 { #expect(try !folder.store().restore(record)) }
    }
}
