import ArgumentParser
import AsyncHTTPClient
import Bytes
import Glibc
import JSON
import NIOCore
import NIOHTTP1

/// `telltale result`: what a job produced.
struct ResultCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "result",
        abstract: "Write a job's result, byte for byte as it was stored.",
        discussion: """
            The result is streamed. With --output it appears under its name only when it is whole. A terminal gets \
            text only, and other bytes with '--output -'.

            Exit codes: 0 the whole result was written; 7 the job has not completed; 8 it completed, and there is no \
            result; 3 no such job; 4 the job expired; 64 wrong usage; 69 no server answered; 1 anything else.
            """
    )

    @OptionGroup var job: JobArgument

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("Write to this file; '-' is standard output, whatever the bytes are.", valueName: "file")
    )
    var output: String?

    @Flag(help: "Print one JSON object about the result, and write its bytes only with --output.")
    var json = false

    func validate() throws {
        if json, output == "-" { throw ValidationError("--json prints to standard output: --output needs a file") }
    }

    func run() async throws {
        try await JobClient.with(job.server.url()) { client in
            let response = try await client.result(of: job.id)
            let file = output == "-" ? nil : output
            let target = try file.map { path throws(CommandFailure) in try WholeFile(path) }
            var length = 0
            if let target {
                length = try await copy(response, from: client) { bytes throws(CommandFailure) in
                    try target.append(bytes)
                }
                try target.keep()
            } else if !json {
                let takesTextOnly = output == nil && isatty(STDOUT_FILENO) == 1
                var isFirst = true
                length = try await copy(response, from: client) { bytes throws(CommandFailure) in
                    if takesTextOnly, !Self.isText(bytes, isFirst: isFirst) {
                        throw CommandFailure("the result is no text: '--output FILE' keeps it, '--output -' shows it")
                    }
                    isFirst = false
                    try Console.write(bytes)
                }
            } else {
                length = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? -1
            }
            if json { try Console.print(description(of: response, length: length)) }
        }
    }

    /// True unless a piece of a result shows that it is none; the beginning of a later one may be within a character.
    private static func isText(_ bytes: [UInt8], isFirst: Bool) -> Bool {
        isFirst
            ? SniffedMediaType.of(bytes) == SniffedMediaType.text : !bytes.contains(where: SniffedMediaType.isBinary)
    }

    private func copy(
        _ response: HTTPClientResponse,
        from client: JobClient,
        to write: ([UInt8]) throws(CommandFailure) -> Void
    ) async throws(CommandFailure) -> Int {
        var length = 0
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: [UInt8]
            do {
                guard let next = try await pieces.next() else { return length }
                piece = Array(next.readableBytesView)
            } catch {
                throw CommandFailure(
                    "\(client.server.text) broke off the result after \(length) bytes: \(ClientFault.text(error))"
                )
            }
            try write(piece)
            length += piece.count
        }
    }
    /// What `--json` prints: the id, the media type, and the length where it is known.
    private func description(of response: HTTPClientResponse, length: Int) -> String {
        var text = OutputBuffer(capacity: 128)
        text.append("{")
        text.appendJSONKey("taskId")
        text.appendJSONString(job.id)
        text.appendJSONKey("mediaType")
        text.appendJSONString(response.headers.first(name: "Content-Type") ?? "application/octet-stream")
        if length >= 0 {
            text.appendJSONKey("length")
            text.append(decimal: length)
        }
        text.append("}")
        return text.withBytes { String(decoding: $0, as: UTF8.self) }
    }
}
