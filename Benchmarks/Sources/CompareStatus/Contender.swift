import Glibc
import LoadGenerator

/// A server process under comparison.
struct Contender {
    let name: String
    let process: pid_t
    let port: UInt16
    /// What was written for it, to be removed when it ends.
    var folder: String?
    static let files = ["allocations", "answer", "nginx.conf", "pid"]
    /// Where its allocations are counted, where they are.
    var counter: UnsafePointer<UInt64>?
    /// The status check of the one job.
    let question = Question(request: Array(Contender.request.utf8), beginning: Array("{\"taskId\":\"compared\"".utf8))

    static let request = "GET /api/jobs/compared/status HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"

    /// Allocations since its start; nil where nobody counts them.
    var allocations: UInt64? { counter?.pointee }

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

    /// Ends the process, kindly at first.
    func stop() {
        kill(process, SIGTERM)
        for _ in 0..<100 {
            if waitpid(process, nil, WNOHANG) != 0 { return removeFolder() }
            usleep(10_000)
        }
        kill(process, SIGKILL)
        waitpid(process, nil, 0)
        removeFolder()
    }

    private func removeFolder() {
        guard let folder else { return }
        for name in Self.files { unlink("\(folder)/\(name)") }
        rmdir(folder)
    }

    private func contents(_ path: String) -> String? {
        guard let file = fopen(path, "r") else { return nil }
        defer { fclose(file) }
        let text = [UInt8](unsafeUninitializedCapacity: 256) { $1 = fread($0.baseAddress, 1, $0.count, file) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Makes the job that is asked for, which is at 42.5 %.
    func makeJob() throws {
        try write("POST", "/api/jobs", #"{"taskId":"compared"}"#)
        try write("PATCH", "/api/jobs/compared", #"{"progress":42.5}"#)
    }

    private func write(_ method: String, _ path: String, _ body: String) throws {
        let answer = try exchange(
            "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Type: application/json\r\n"
                + "Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
        )
        guard String(decoding: answer.prefix(10), as: UTF8.self) == "HTTP/1.1 2" else { throw Trouble("no job") }
    }

    /// Waits until the server listens.
    func awaitStart() throws {
        for _ in 0..<1_000 {
            if waitpid(process, nil, WNOHANG) != 0 { throw Trouble("\(name) did not start") }
            if (try? connection()).map({ close($0) }) != nil { return }
            usleep(10_000)
        }
        throw Trouble("\(name) does not listen")
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
        let descriptor = try connection()
        defer { close(descriptor) }
        guard send(descriptor, request, request.utf8.count, CInt(MSG_NOSIGNAL)) == request.utf8.count else {
            throw Trouble("\(name) takes no request")
        }
        var answer: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4_096)
        while true {
            let count = buffer.withUnsafeMutableBytes { read(descriptor, $0.baseAddress, $0.count) }
            guard count > 0 else { return answer }
            answer += buffer[..<count]
        }
    }

    /// A connection that blocks; it is the caller's to close.
    func connection() throws -> CInt {
        let descriptor = socket(AF_INET, CInt(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let outcome = withUnsafeBytes(of: &address) { bytes in
            bytes.withMemoryRebound(to: sockaddr.self) { connect(descriptor, $0.baseAddress, socklen_t(bytes.count)) }
        }
        guard outcome == 0 else {
            close(descriptor)
            throw Trouble("\(name) does not listen")
        }
        return descriptor
    }
}
