import BareLoop
import Glibc
import LoadGenerator

/// A server process under comparison.
struct Contender {
    let name: String
    let process: pid_t
    let port: UInt16
    /// The status check of the one job.
    let question = Question(request: Array(Contender.request.utf8), beginning: Array("{\"taskId\":\"compared\"".utf8))

    static let request = "GET /api/jobs/compared/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    /// Nanoseconds that all threads have run.
    func processorTime() throws -> Int {
        let folder = "/proc/\(process)/task"
        guard let directory = opendir(folder) else { throw Trouble("\(name) has ended") }
        defer { closedir(directory) }
        var sum = 0
        while let entry = readdir(directory) {
            let thread = withUnsafeBytes(of: entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            guard !thread.hasPrefix("."), let text = contents("\(folder)/\(thread)/schedstat") else { continue }
            sum += text.split(separator: " ").first.flatMap { Int($0) } ?? 0
        }
        return sum
    }

    func stop() {
        kill(process, SIGTERM)
        // The bare loop knows no end.
        usleep(100_000)
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
    }

    /// The whole answer of the server to the status check.
    func statusAnswer() throws -> [UInt8] {
        let answer = try exchange(Self.request.replacing("\r\n\r\n", with: "\r\nConnection: close\r\n\r\n"))
        guard String(decoding: answer.prefix(12), as: UTF8.self) == "HTTP/1.1 200" else {
            throw Trouble("\(name) did not answer 200")
        }
        // What a connection that stays open is told differs in this line only.
        return Array(String(decoding: answer, as: UTF8.self).replacing("Connection: close\r\n", with: "").utf8)
    }

    /// Sends a request that ends its connection, and reads all of the answer.
    private func exchange(_ request: String) throws -> [UInt8] {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard outcome == 0 else { throw Trouble("\(name) does not listen") }
        _ = send(descriptor, request, request.utf8.count, CInt(MSG_NOSIGNAL))
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }
}

// MARK: Starting them

extension Contender {
    /// The server with one event loop and one job, which is at 42.5 %.
    static func telltale(program: String) throws -> Contender {
        var (port, listener) = (UInt16(0), CInt(0))
        // A free port, as nobody takes it in between.
        listener = BareLoop_listen(&port)
        close(listener)
        let process = try spawn([program, "serve", "--ephemeral", "--listen", "127.0.0.1:\(port)"])
        let contender = Contender(name: "telltale", process: process, port: port)
        for _ in 0..<100 {
            usleep(100_000)
            let body = #"{"taskId":"compared"}"#
            guard (try? contender.write("POST", "/api/jobs", body)) != nil else { continue }
            try contender.write("PATCH", "/api/jobs/compared", #"{"progress":42.5}"#)
            return contender
        }
        contender.stop()
        throw Trouble("\(program) did not start")
    }

    private func write(_ method: String, _ path: String, _ body: String) throws {
        let answer = try exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        guard String(decoding: answer.prefix(10), as: UTF8.self) == "HTTP/1.1 2" else { throw Trouble("no job") }
    }

    static func bareLoop(_ answer: [UInt8]) throws -> Contender {
        var port: UInt16 = 0
        let listener = BareLoop_listen(&port)
        let process = answer.withUnsafeBufferPointer { bytes in
            bytes.withMemoryRebound(to: CChar.self) { BareLoop_start(listener, $0.baseAddress, bytes.count) }
        }
        close(listener)
        guard process > 0 else { throw Trouble("the bare loop did not start") }
        return Contender(name: "bare loop", process: process, port: port)
    }

    /// nginx with one process and the same body; nil where it is not installed.
    static func nginx(_ answer: [UInt8]) throws -> Contender? {
        let programs: [String] = ["/usr/sbin/nginx", "/usr/bin/nginx"]
        guard let program = programs.first(where: { access($0, X_OK) == 0 }) else { return nil }
        var port: UInt16 = 0
        close(BareLoop_listen(&port))
        let text = String(decoding: answer, as: UTF8.self)
        let body = text.firstRange(of: "\r\n\r\n").map { String(text[$0.upperBound...]) } ?? ""
        let folder = "/tmp/compare-status-\(getpid())"
        mkdir(folder, 0o700)
        let configuration = """
            daemon off; master_process off; pid \(folder)/pid; error_log /dev/null;
            events { worker_connections 20000; }
            http { access_log off; keepalive_requests 1000000000; server { listen 127.0.0.1:\(port);
              default_type "application/json; charset=utf-8";
              location / { return 200 '\(body)'; } } }
            """
        guard let file = fopen("\(folder)/nginx.conf", "w") else { throw Trouble("cannot write to \(folder)") }
        fputs(configuration, file)
        fclose(file)
        let process = try spawn([program, "-p", folder, "-c", "\(folder)/nginx.conf"])
        usleep(500_000)
        return Contender(name: "nginx, return 200", process: process, port: port)
    }

    private static func spawn(_ arguments: [String]) throws -> pid_t {
        var process: pid_t = 0
        var words: [UnsafeMutablePointer<CChar>?] = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        let code = posix_spawn(&process, arguments[0], nil, nil, &words, environ)
        guard code == 0 else { throw Trouble("cannot start \(arguments[0]): \(String(cString: strerror(code)))") }
        return process
    }

    private func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        var buffer = [UInt8](repeating: 0, count: 256)
        let count = fread(&buffer, 1, buffer.count, file)
        return String(decoding: buffer.prefix(count), as: UTF8.self)
    }
}
