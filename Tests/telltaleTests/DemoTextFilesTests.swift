import Foundation
import Testing

@testable import telltale

@Suite("The demo's search for text files")
struct DemoTextFilesTests {
    /// A folder of its own, gone afterwards.
    private final class Folder {
        let path: String

        init() throws {
            path = NSTemporaryDirectory() + "telltale-" + UUID().uuidString
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        }

        deinit {
            try? FileManager.default.removeItem(atPath: path)
        }

        func write(_ name: String, _ content: [UInt8]) throws {
            let url = URL(fileURLWithPath: path + "/" + name)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(),
                withIntermediateDirectories: true
            )
            try Data(content).write(to: url)
        }

        func found() throws -> [String] {
            try TextFiles(under: [path]).files.map { String($0.path.dropFirst(path.count + 1)) }
        }
    }

    @Test("goes through folders in a stable order and leaves out what is hidden, built, binary, empty or a link")
    func search() throws {
        let folder = try Folder()
        for name in [
            "b.txt", "a/deep/er/c.swift", "a/x.md", ".hidden", ".git/config", "build/out.txt", "node_modules/m.js",
        ] {
            try folder.write(name, Array("text of \(name)\n".utf8))
        }
        try folder.write("image.png", [0x89, 0x50, 0x4E, 0x47, 0, 1])
        try folder.write("latin1.txt", [0x47, 0x72, 0xFC, 0xDF, 0x65, 0x20, 0x61])
        try folder.write("empty.txt", [])
        try FileManager.default.createSymbolicLink(
            atPath: folder.path + "/loop",
            withDestinationPath: folder.path
        )
        #expect(try folder.found() == ["a/deep/er/c.swift", "a/x.md", "b.txt"])
    }

    @Test("takes a file whose sample ends inside a character")
    func cutSample() throws {
        let folder = try Folder()
        for shift in 0..<4 {
            let text = String(repeating: "a", count: shift) + String(repeating: "👋", count: 4_000)
            try folder.write("\(shift).txt", Array(text.utf8))
        }
        #expect(try folder.found().count == 4)
    }

    @Test("stops at its bounds and says so")
    func bounds() throws {
        let folder = try Folder()
        for number in 0..<TextFiles.maximumFiles + 5 { try folder.write("\(number).txt", [0x61]) }
        try folder.write("large.txt", [UInt8](repeating: 0x61, count: TextFiles.maximumFileBytes + 1))
        let files = try TextFiles(under: [folder.path])
        #expect(files.files.count == TextFiles.maximumFiles && files.isCut)
    }

    @Test("takes single files, and says clearly what it cannot take")
    func singleFiles() throws {
        let folder = try Folder()
        try folder.write("a.txt", [0x61])
        try folder.write("b.bin", [0])
        #expect(
            try TextFiles(under: [folder.path + "/a.txt"]).files == [.init(path: folder.path + "/a.txt", length: 1)]
        )
        for path in ["/b.bin", "/missing", "/../../../../../../dev/null"] {
            #expect(throws: CommandFailure.self) { try TextFiles(under: [folder.path + path]) }
        }
    }
}
