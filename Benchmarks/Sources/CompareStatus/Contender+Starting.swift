import BareLoop
import CountedMalloc
import Glibc

extension Contender {
    /// The server, with one event loop.
    static func telltale() throws -> Contender {
        let port = freePort()
        let folder = try makeFolder()
        let path = "\(folder)/allocations"
        let arguments = [try program(), "serve-telltale", "\(port)", path]
        var server = try start("telltale", port, arguments, folder: folder)
        server.counter = CountedMalloc_watch(path)
        return server
    }

    /// A handler of SwiftNIO's with a canned answer.
    static func handler(_ answer: [UInt8]) throws -> Contender {
        let port = freePort()
        let folder = try makeFolder()
        try write(answer, to: "\(folder)/answer")
        let arguments = [try program(), "serve-handler", "\(port)", "\(folder)/answer"]
        return try start("SwiftNIO, canned answer", port, arguments, folder: folder)
    }

    static func bareLoop(_ answer: [UInt8]) throws -> Contender {
        var port: UInt16 = 0
        let listener = BareLoop_listen(&port)
        defer { close(listener) }
        let process = answer.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { BareLoop_start(listener, $0.baseAddress, bytes.count) }
        }
        guard process > 0 else { throw Trouble("the bare loop did not start") }
        return Contender(name: "bare loop in C, canned answer", process: process, port: port)
    }

    /// nginx with one process and the same body; nil where it is not installed.
    static func nginx(_ answer: [UInt8]) throws -> Contender? {
        let programs: [String] = ["/usr/sbin/nginx", "/usr/bin/nginx"]
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else { return nil }
        let port = freePort()
        let folder = try makeFolder()
        let text = String(decoding: answer, as: UTF8.self)
        let body = text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log /dev/null;
            events { worker_connections 20000; }
            http { access_log off; keepalive_requests 1000000000; server { listen 127.0.0.1:\(port);
              default_type "application/json; charset=utf-8";
              \(headers(of: text))
              location / { return 200 '\(body)'; } } }
            """
        try write(Array(configuration.utf8), to: "\(folder)/nginx.conf")
        let arguments = [program, "-p", folder, "-c", "\(folder)/nginx.conf"]
        return try start("nginx, return 200", port, arguments, folder: folder)
    }

    /// The fields that nginx does not send by itself.
    private static func headers(of answer: String) -> String {
        let own = ["date", "content-type", "content-length"]
        let lines = answer.prefix { $0 != "{" }.split(separator: "\r\n").dropFirst()
        return lines.compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts.count == 2, !own.contains(parts[0].lowercased()) else { return nil }
            return "add_header \(parts[0]) '\(parts[1].drop { $0 == " " })';"
        }.joined(separator: " ")
    }

    /// A free port, as nobody takes it in between.
    private static func freePort() -> UInt16 {
        var port: UInt16 = 0
        close(BareLoop_listen(&port))
        return port
    }

    /// This program, which is also the servers written in Swift.
    private static func program() throws -> String {
        var path = [CChar](repeating: 0, count: 4_096)
        let length = path.withUnsafeMutableBufferPointer { space in
            space.baseAddress.map { readlink("/proc/self/exe", $0, space.count) } ?? -1
        }
        guard length > 0 else { throw Trouble("/proc is missing") }
        return String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func start(
        _ name: String,
        _ port: UInt16,
        _ arguments: [String],
        folder: String?
    ) throws -> Contender {
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        let process = BareLoop_run(&words)
        guard process > 0 else { throw Trouble("cannot start \(arguments[0]): \(String(cString: strerror(errno)))") }
        let contender = Contender(name: name, process: process, port: port, folder: folder)
        do {
            try contender.awaitStart()
            return contender
        } catch {
            contender.stop()
            throw error
        }
    }

    private static func makeFolder() throws -> String {
        var template = Array("/tmp/compare-status-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw Trouble("cannot write to /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    private static func write(_ bytes: [UInt8], to path: String) throws {
        guard let file = fopen(path, "w") else { throw Trouble("cannot write \(path)") }
        defer { fclose(file) }
        guard fwrite(bytes, 1, bytes.count, file) == bytes.count else { throw Trouble("cannot write \(path)") }
    }
}
