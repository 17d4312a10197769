import Foundation

/// A folder that lives as long as its object.
final class TemporaryFolder: Sendable {
    let path: String

    init() throws {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent("telltale-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        path = url.path
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    func url(_ name: String) -> URL {
        URL(fileURLWithPath: path).appendingPathComponent(name)
    }

    /// The bytes of a file; none while it does not exist.
    func content(_ name: String) -> [UInt8] {
        (try? [UInt8](Data(contentsOf: url(name)))) ?? []
    }
}
