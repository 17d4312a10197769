import Testing

@testable import telltale

private func spill(_ capacity: UInt64) throws -> SpillFile {
    try SpillFile(folder: "/tmp", capacity: capacity)
}

extension SpillFile {
    fileprivate func append(_ text: String) {
        Array(text.utf8).withUnsafeBytes { append($0) }
    }

    fileprivate func text(at offset: UInt64, atMost maximum: Int = 1_000) async throws -> String {
        String(decoding: try await bytes(at: offset, atMost: maximum), as: UTF8.self)
    }

    /// Reads all that comes, from the beginning.
    fileprivate func whole(piecesOf length: Int) async throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let piece = try await bytes(at: UInt64(all.count), atMost: length)
            if piece.isEmpty { return all }
            all += piece
        }
    }
}

@Suite("Output that waits for the server", .timeLimit(.minutes(1)))
struct SpillFileTests {
    @Test("what was appended is read back, from any offset, again, and then the end")
    func readsBack() async throws {
        let spill = try spill(1_000)
        spill.append("hello ")
        spill.append("world")
        spill.finish()
        #expect(try await spill.text(at: 0) == "hello world")
        #expect(try await spill.text(at: 6) == "world")
        #expect(try await spill.text(at: 6, atMost: 2) == "wo")
        #expect(try await spill.text(at: 0, atMost: 5) == "hello")
        #expect(try await spill.text(at: 11) == "")
        #expect(spill.bytesRead == 11)
    }

    @Test("a reader waits for bytes that are not there yet")
    func waits() async throws {
        let spill = try spill(1_000)
        async let text = spill.text(at: 5)
        async let end = spill.text(at: 10)
        async let beginning = spill.beginning(atMost: 3)
        spill.append("12345")
        spill.append("67890")
        spill.finish()
        #expect(try await text.hasPrefix("67890"))
        #expect(try await end == "")
        #expect(try await beginning == Array("123".utf8))
    }

    @Test("bytes go round in the file, so that more than it holds passes through while somebody reads")
    func goesRound() async throws {
        let spill = try spill(64)
        var expected: [UInt8] = []
        var read: [UInt8] = []
        for round in 0..<100 {
            let piece = (0..<(round % 50 + 1)).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ round) }
            expected += piece
            piece.withUnsafeBytes { spill.append($0) }
            while read.count < expected.count {
                read += try await spill.bytes(at: UInt64(read.count), atMost: 13)
            }
        }
        spill.finish()
        #expect(read == expected)
        #expect(spill.failure == nil)
        #expect(try await spill.bytes(at: UInt64(read.count - 64), atMost: 10).count == 10)
        await #expect(throws: SpillFile.Failure.writtenOver) { try await spill.bytes(at: 0, atMost: 10) }
    }

    @Test("a writer never waits: what nobody read is given up as a whole when the room is used up")
    func overflows() async throws {
        let spill = try spill(10)
        spill.append("0123456789")
        #expect(spill.failure == nil)
        #expect(try await spill.text(at: 0, atMost: 4) == "0123")
        spill.append("abcd")
        #expect(spill.failure == nil)
        spill.append("e")
        #expect(spill.failure == .full(capacity: 10))
        spill.append("f")
        spill.finish()
        await #expect(throws: SpillFile.Failure.full(capacity: 10)) { try await spill.text(at: 4) }
    }

    @Test("a reader that is cancelled stops waiting, before and after it began")
    func cancels() async throws {
        let spill = try spill(10)
        let reader = Task { try await spill.text(at: 0) }
        reader.cancel()
        await #expect(throws: CancellationError.self) { try await reader.value }
        let late = Task {
            try? await Task.sleep(for: .seconds(60))
            return try await spill.text(at: 0)
        }
        late.cancel()
        await #expect(throws: CancellationError.self) { try await late.value }
    }

    @Test("one thread writes while another reads")
    func concurrently() async throws {
        let spill = try spill(1 << 22)
        let writer = Task.detached {
            for round in 0..<2_000 {
                [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: 997).withUnsafeBytes { spill.append($0) }
            }
            spill.finish()
        }
        let all = try await spill.whole(piecesOf: 4_096)
        await writer.value
        #expect(all.count == 2_000 * 997)
        #expect(all.enumerated().allSatisfy { $1 == UInt8(truncatingIfNeeded: $0 / 997) })
    }

    @Test("a folder that cannot be written is one clear line, and the output goes on without the file")
    func badFolder() async {
        #expect {
            _ = try SpillFile(folder: "/does/not/exist")
        } throws: { error in
            "\(error)".hasPrefix("no temporary file can be made in /does/not/exist: No such file or directory;")
        }
        let failure = SpillFile.Failure.cannotMake(folder: "/x", "why")
        let spill = SpillFile(givenUp: failure)
        spill.append("lost")
        spill.finish()
        #expect(spill.failure == failure)
        await #expect(throws: failure) { try await spill.beginning(atMost: 10) }
    }
}

@Suite("The media type of output")
struct SniffedMediaTypeTests {
    @Test(
        "text is told from other bytes by how it begins",
        arguments: [
            ([], true), (Array("hello\n".utf8), true), (Array("größe\t\u{1B}[1m\u{8}\r\n".utf8), true),
            (Array("größe".utf8.prefix(3)), true), (Array("█".utf8.prefix(2)), true), (Array("😀".utf8.prefix(3)), true),
            ([0x61, 0x00], false), ([0x1F, 0x8B, 0x08], false), ([0x61, 0xFF], false),
            ([0x89, 0x50, 0x4E, 0x47], false),
            ([0x61, 0xC3, 0x61], false), ([0xC0, 0x80], false), ([0x61, 0x80], false),
            (Array("%PDF-1.4\n\u{1}".utf8), false),
        ] as [([UInt8], Bool)]
    )
    func sniffed(_ bytes: [UInt8], _ isText: Bool) {
        #expect(SniffedMediaType.of(bytes) == (isText ? SniffedMediaType.text : SniffedMediaType.binary))
    }
}
