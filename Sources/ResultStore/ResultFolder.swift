internal import Glibc

/// Where the files of a store are.
struct ResultFolder: Sendable {
    /// Without a slash at its end.
    let path: String
    /// Files keep a name, by which another process finds them; otherwise they are gone with this one.
    let keepsFiles: Bool

    /// What the names of kept files begin with; the result's number follows, or letters while it is on its way.
    static let prefix = "result-"

    /// True for a file that a store has made.
    static func isOurs(_ name: String) -> Bool { name.hasPrefix(prefix) }

    /// The file of a whole result, where files are kept.
    func path(of id: UInt64) -> String? {
        keepsFiles ? "\(path)/\(Self.prefix)\(id)" : nil
    }

    /// A name that nothing else has.
    func freshPath() -> String {
        "\(path)/\(Self.prefix)arriving-\(String(UInt64.random(in: 0...UInt64.max), radix: 36))"
    }
}
