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
            The result is streamed, and compared with the server's digest at its end. With --output it appears under \
            its name only when it is whole; with --continue what arrived of it stays in FILE.part when it breaks off, \
            and the same command goes on from there. A terminal gets text only, and other bytes with '--output -'; a \
            terminal on standard error shows how far it is.

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

    @Flag(name: .customLong("continue"), help: "Go on with FILE.part, and keep it when the result breaks off.")
    var continues = false

    @Flag(help: "Print one JSON object about the result, and write its bytes only with --output.")
    var json = false

    func validate() throws {
        if json, output == "-" { throw ValidationError("--json prints to standard output: --output needs a file") }
        if continues, output == nil || output == "-" { throw ValidationError("--continue needs --output with a file") }
    }

    func run() async throws {
        try await JobClient.with(job.server.url()) { client in
            let file = output == "-" ? nil : output
            if let file {
                try await save(to: file, from: client)
            } else if json {
                let response = try await client.result(of: job.id)
                let length = response.headers.first(name: "Content-Length").flatMap { Int($0) } ?? -1
                try Console.print(description(of: response, length: length))
            } else {
                try await show(from: client)
            }
        }
    }

    private func save(to path: String, from client: JobClient) async throws {
        let target = try WholeFile(path, continues: continues)
        // The last byte is asked for once more, so that there is always one to ask for.
        let response = try await client.result(of: job.id, from: max(0, target.held - 1))
        var copy = ResultCopy(response, named: job.id, showsProgress: !json)
        if continues {
            let kept = response.status == .partialContent ? target.held - 1 : 0
            try target.reuse(kept) { copy.add($0) }
        }
        try await pass(response, from: client, through: &copy) { bytes throws(CommandFailure) in
            try target.append(bytes)
        }
        do throws(CommandFailure) {
            try copy.finish()
        } catch {
            target.discard()
            throw error
        }
        try target.keep()
        if json { try Console.print(description(of: response, length: copy.length)) }
    }

    private func show(from client: JobClient) async throws {
        let isTerminal = isatty(STDOUT_FILENO) == 1
        let takesTextOnly = output == nil && isTerminal
        let response = try await client.result(of: job.id)
        var copy = ResultCopy(response, named: job.id, showsProgress: !isTerminal)
        var isFirst = true
        try await pass(response, from: client, through: &copy) { bytes throws(CommandFailure) in
            if takesTextOnly, !Self.isText(bytes, isFirst: isFirst) {
                throw CommandFailure("the result is no text: '--output FILE' keeps it, '--output -' shows it")
            }
            isFirst = false
            try Console.write(bytes)
        }
        try copy.finish()
    }

    /// True unless a piece of a result shows that it is none; the beginning of a later one may be within a character.
    private static func isText(_ bytes: [UInt8], isFirst: Bool) -> Bool {
        isFirst
            ? SniffedMediaType.of(bytes) == SniffedMediaType.text : !bytes.contains(where: SniffedMediaType.isBinary)
    }

    /// Hands each piece of a body to `write`.
    private func pass(
        _ response: HTTPClientResponse,
        from client: JobClient,
        through copy: inout ResultCopy,
        to write: ([UInt8]) throws(CommandFailure) -> Void
    ) async throws(CommandFailure) {
        var pieces = response.body.makeAsyncIterator()
        while true {
            let piece: [UInt8]
            do {
                guard let next = try await pieces.next() else { return }
                piece = Array(next.readableBytesView)
            } catch {
                throw CommandFailure(
                    "\(client.server.text) broke off the result after \(copy.length) bytes: \(ClientFault.text(error))"
                )
            }
            try write(piece)
            copy.add(piece)
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
