import Foundation
import ResultStore
import Testing

/// The bodies that must be readable everywhere: what is stored, with what stands around it.
private struct Sample: CustomTestStringConvertible {
    let testDescription: String
    let content: [UInt8]
    let prefix: [UInt8]
    let suffix: [UInt8]

    static let all: [Sample] = {
        // The character's first byte is the last of the first segment.
        let split = Array(String(repeating: "a", count: 262_143).utf8) + Array("é and more".utf8)
        let contents: [(String, [UInt8])] = [
            ("0 bytes", []), ("1 byte", [0x61]), ("exactly one segment", text(262_144)),
            ("many segments", text(1_500_000)),
            ("incompressible", noise(700_000)), ("a character across a segment's edge", split),
            ("text, then noise, then text", text(300_000) + noise(600_000) + text(300_000)),
        ]
        return contents.flatMap { name, content in
            [
                Sample(testDescription: name, content: content, prefix: [], suffix: []),
                Sample(
                    testDescription: "\(name), in an envelope",
                    content: content,
                    prefix: Array(#"{"taskId":"1","result":"#.utf8),
                    suffix: Array(#","processingTime":1}"#.utf8)
                ),
            ]
        }
    }()
}

/// Runs a program that decodes the first file and compares it with the second.
private enum Decoder: String, CaseIterable {
    case gzipTest = "gzip -t"
    case gzipDecompress = "gzip -dc"
    case pythonZlib = "Python's zlib"
    case pythonGzip = "Python's gzip"
    case nodeStrict = "Node's zlib, strict"
    case nodeLenient = "Node's zlib, lenient"
    case nodeStream = "Node's zlib, streaming"

    var arguments: [String] {
        switch self {
        case .gzipTest: ["sh", "-c", #"gzip -t < "$0""#]
        case .gzipDecompress: ["sh", "-c", #"gzip -dc < "$0" | cmp - "$1""#]
        case .pythonZlib:
            python(
                "d=zlib.decompressobj(31);o=d.decompress(b);sys.exit(not(o==e and d.eof and not d.unused_data))"
            )
        case .pythonGzip: python("sys.exit(gzip.decompress(b)!=e)")
        case .nodeStrict: node("process.exit(z.gunzipSync(b).equals(e)?0:1)")
        case .nodeLenient:
            node("process.exit(z.gunzipSync(b,{finishFlush:z.constants.Z_SYNC_FLUSH}).equals(e)?0:1)")
        case .nodeStream:
            node(
                """
                const g=z.createGunzip(),o=[];g.on('data',d=>o.push(d));g.on('error',()=>process.exit(2));\
                g.on('end',()=>process.exit(Buffer.concat(o).equals(e)?0:1));\
                for(let i=0;i<b.length;i+=1000)g.write(b.subarray(i,i+1000));g.end()
                """
            )
        }
    }

    private var tool: String {
        switch self {
        case .gzipTest, .gzipDecompress: "gzip"
        case .pythonZlib, .pythonGzip: "python3"
        case .nodeStrict, .nodeLenient, .nodeStream: "node"
        }
    }

    /// Is the program on this machine?
    var isInstalled: Bool {
        (try? Self.run(["sh", "-c", "command -v \(tool)"])) == 0
    }

    private func python(_ code: String) -> [String] {
        ["python3", "-c", "import sys,zlib,gzip;b,e=[open(p,'rb').read() for p in sys.argv[1:]];\(code)"]
    }

    private func node(_ code: String) -> [String] {
        [
            "node", "-e",
            "const z=require('zlib'),[b,e]=process.argv.slice(1).map(p=>require('fs').readFileSync(p));\(code)",
        ]
    }

    static func run(_ arguments: [String]) throws -> Int32 {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = arguments
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return process.terminationStatus
    }
}

@Suite("Other programs decode the bodies", .tags(.unit011))
struct InteroperabilityTests {
    @Test("Byte for byte", arguments: Decoder.allCases)
    fileprivate func decodes(decoder: Decoder) throws {
        guard decoder.isInstalled else {
            Issue.record("\(decoder.rawValue) is not installed; nothing was tested with it", severity: .warning)
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "telltale-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let store = try makeStore()
        for (number, sample) in Sample.all.enumerated() {
            let reader = ResultReader(
                try store.store(sample.content),
                coding: .gzip,
                prefix: sample.prefix,
                suffix: sample.suffix
            )
            let body = folder.appending(path: "\(number).gz")
            let expected = folder.appending(path: "\(number)")
            try Data(try reader.body()).write(to: body)
            try Data(sample.prefix + sample.content + sample.suffix).write(to: expected)
            let status = try Decoder.run(decoder.arguments + [body.path, expected.path])
            #expect(status == 0, "\(decoder.rawValue): \(sample.testDescription)")
        }
    }

    @Test("What gzip itself compresses is taken", arguments: [0, 1, 300_000])
    func takesGzip(length: Int) throws {
        guard Decoder.gzipTest.isInstalled else {
            Issue.record("gzip is not installed; nothing was tested with it", severity: .warning)
            return
        }
        let folder = FileManager.default.temporaryDirectory.appending(path: "telltale-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(at: folder) }
        let plain = folder.appending(path: "content")
        try Data(text(length)).write(to: plain)
        #expect(try Decoder.run(["gzip", "-9", plain.path]) == 0)
        let file = [UInt8](try Data(contentsOf: plain.appendingPathExtension("gz")))
        let result = try makeStore().store(file, ResultDescription(mediaType: "text/plain", coding: .gzip))
        #expect(try result.copyContent(limit: length) == text(length))
    }
}
