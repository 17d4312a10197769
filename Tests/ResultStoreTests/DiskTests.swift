import Deflate
import Foundation
import Testing

@testable import ResultStore

@Suite("Disks that fail, and bytes that do not read back")
struct DiskTests {
    @Test("A folder that does not exist is said at once")
    func noFolder() {
        let configuration = ResultStore.Configuration(temporaryFolder: "/nonexistent/folder")
        #expect(throws: DiskFailure(.create, code: ENOENT)) { try ResultStore(configuration: configuration) }
    }

    @Test("A folder that goes away later fails the results that need it, and no others")
    func folderGone() throws {
        let folder = NSTemporaryDirectory() + "/telltale-test-\(UUID().uuidString)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        let store = try makeStore { $0.temporaryFolder = folder }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        let large = try store.store(noise(100_000))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == [])
        try FileManager.default.removeItem(atPath: folder)
        let description = ResultDescription(mediaType: "text/plain")
        #expect(store.refusal(noise(100_000), description) == .disk(DiskFailure(.create, code: ENOENT)))
        #expect(store.refusal(noise(1_000), description) == nil)
        #expect(try large.copyContent(limit: 100_000) == noise(100_000))
        #expect(store.usage.files == 1)
    }

    @Test("A full disk is an answer")
    func fullDisk() throws {
        let file = TemporaryFile(adopting: open("/dev/full", O_RDWR))
        #expect(throws: DiskFailure(.write, code: ENOSPC)) {
            try text(10).withUnsafeBytes { try file.write($0, at: 0) }
        }
    }

    @Test("A descriptor that does not work is an answer")
    func badDescriptor() throws {
        let file = TemporaryFile(adopting: -1)
        var memory: [UInt8] = [0]
        #expect(throws: DiskFailure(.read, code: EBADF)) {
            try memory.withUnsafeMutableBytes { try file.read(at: 0, into: $0) }
        }
    }

    @Test("Damaged bytes break the body off, in whichever segment they are")
    func damaged() throws {
        let store = try makeStore()
        let content = text(700_000)
        let good = try store.store(content)
        var bytes = [UInt8](repeating: 0, count: good.storedLength)
        _ = try bytes.withUnsafeMutableBytes { try good.readStored(at: 0, into: $0) }
        for position in stride(from: 20, to: bytes.count, by: bytes.count / 7) {
            var wrong = bytes
            wrong[position] ^= 0x10
            #expect(throws: ResultFailure.damaged) {
                try ResultReader(copy(of: good, holding: wrong), coding: .identity).body()
            }
        }
        #expect(try ResultReader(copy(of: good, holding: bytes), coding: .identity).body() == content)
    }

    @Test("A file that became shorter breaks the body off, in both codings")
    func cut() throws {
        let store = try makeStore()
        let good = try store.store(text(700_000))
        var bytes = [UInt8](repeating: 0, count: good.storedLength - 1)
        _ = try bytes.withUnsafeMutableBytes { try good.readStored(at: 0, into: $0) }
        let file = try TemporaryFile(in: ResultFolder(path: NSTemporaryDirectory(), keepsFiles: false))
        try bytes.withUnsafeBytes { try file.write($0, at: 0) }
        let content = ResultContent(place: .file(file), length: good.storedLength, share: share())
        let short = result(like: good, content: content)
        for coding in [ResultCoding.identity, .gzip] {
            let reader = ResultReader(short, coding: coding)
            #expect(throws: ResultFailure.damaged) { try reader.body() }
            // It stays so.
            #expect(throws: ResultFailure.damaged) { try reader.read(atMost: 10) }
        }
    }

    private func share() -> QuotaShare {
        QuotaShare(of: Quota(limit: ResultUsage()))
    }

    private func copy(of result: StoredResult, holding bytes: [UInt8]) -> StoredResult {
        self.result(like: result, content: ResultContent(place: .memory(bytes), length: bytes.count, share: share()))
    }

    private func result(like other: StoredResult, content: ResultContent) -> StoredResult {
        var index = SegmentIndex()
        for part in other.parts { index.append(part.segment) }
        let description = ResultDescription(mediaType: other.mediaType)
        return StoredResult(
            id: 1,
            description: description,
            storedAt: someTime,
            index: index,
            digests: other.digests,
            content: content,
            plainContent: nil
        )
    }
}
