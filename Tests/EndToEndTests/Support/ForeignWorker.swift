import Foundation

/// A worker of `spec/reference`: it shares no code with the server, and none with the other.
enum ForeignWorker: String, CaseIterable, Sendable, CustomStringConvertible {
    case python, node

    var description: String { rawValue }

    /// Those whose interpreter is on this machine; `.ci/install --tests` brings both.
    static let installed = allCases.filter { $0.interpreter != nil }

    private var interpreter: String? {
        let places =
            switch self {
            // The h2 library is in the virtual environment that the installation makes.
            case .python: [Repository.python.path]
            case .node:
                (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").map { "\($0)/node" }
            }
        return places.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private var program: URL {
        let file = self == .python ? "python/telltale_worker.py" : "node/telltale_worker.mjs"
        return Repository.root.appendingPathComponent("spec/reference/\(file)")
    }

    func command(_ arguments: [String]) -> Command {
        Command(interpreter ?? rawValue, [program.path] + arguments)
    }

    func command(_ url: String, _ arguments: String...) -> Command {
        command(["--server", url] + arguments)
    }
}

extension Command.Outcome {
    /// What a foreign worker printed: the frames of a kind that it received, in their order.
    func frames(_ kind: String) -> [[String: Any]] {
        text.split(separator: "\n").compactMap { line in
            let frame = try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return frame?["frame"] as? String == kind ? frame : nil
        }
    }
}
