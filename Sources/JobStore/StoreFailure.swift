internal import Glibc

/// Why a store cannot be opened.
public enum StoreFailure: Error, Equatable, Sendable {
    /// SQLite refused something.
    case database(DatabaseFailure)
    /// A newer version of the server has made the database; it was left as it is.
    case newer(path: String, found: Int64, known: Int64)
    /// The file is a SQLite database of something else; it was left as it is.
    case foreign(path: String)
    /// Another server has the folder; with its process id, where that can be read.
    case inUse(folder: String, process: Int32?)
    /// The folder cannot be made or used; with the system's error number.
    case folder(String, code: Int32)
}

extension StoreFailure: CustomStringConvertible {
    /// One line for people, that says what to do.
    public var description: String {
        switch self {
        case .database(let failure): return failure.description
        case .newer(let path, let found, let known):
            return "\(path) has schema version \(found), this server knows versions up to \(known): "
                + "use the newer server, or another folder"
        case .foreign(let path): return "\(path) is not a database of Telltale: use another folder"
        case .inUse(let folder, let process):
            let owner = process.map { " (process \($0))" } ?? ""
            return "another server\(owner) uses \(folder): end it, or use another folder"
        case .folder(let path, let code): return "cannot use the folder \(path): \(String(cString: strerror(code)))"
        }
    }
}
