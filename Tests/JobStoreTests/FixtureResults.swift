@testable import JobStore

extension FixtureContents {
    /// From version 2 on.
    static var results: [StoredResultRow] {
        [
            StoredResultRow(
                id: 1,
                mediaType: "application/json",
                name: "rows.json",
                isJSON: true,
                storedAt: start + 60_000,
                digest: [UInt8](repeating: 1, count: 32),
                gzipDigest: [UInt8](repeating: 2, count: 32),
                segments: Array(0..<12),
                content: [3, 0, 255]
            )
        ]
    }
}
