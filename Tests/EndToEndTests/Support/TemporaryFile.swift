import Foundation

/// A file that lives as long as its object.
final class TemporaryFile: Sendable {
    let path: String

    init(_ content: [UInt8]) throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("telltale-test-\(UUID().uuidString)")
        try Data(content).write(to: url)
        path = url.path
    }

    convenience init(_ text: String) throws {
        try self.init(Array(text.utf8))
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
