import Glibc
import Testing

@testable import telltale

@Suite("A file that appears when it is whole")
struct WholeFileTests {
    /// A new folder for `body`, and what stands in it afterwards.
    private func inFolder(_ body: (_ folder: String) throws -> Void) throws -> [String] {
        var template = Array("/tmp/telltale-test-XXXXXX".utf8CString)
        let folder = String(cString: try #require(mkdtemp(&template)))
        defer { rmdir(folder) }
        try body(folder)
        let stream = try #require(opendir(folder))
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafeBytes(of: &entry.pointee.d_name) {
                String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
            }
            if name != ".", name != ".." { names.append(name) }
        }
        for name in names { unlink("\(folder)/\(name)") }
        return names
    }

    @Test("it has its name and nothing else is left once it is kept")
    func kept() throws {
        let names = try inFolder { folder in
            let file = try WholeFile("\(folder)/result")
            try file.append(Array("abc".utf8))
            #expect(access("\(folder)/result", F_OK) != 0)
            try file.keep()
        }
        #expect(names == ["result"])
    }

    @Test("nothing is left when it is given up")
    func givenUp() throws {
        let names = try inFolder { try WholeFile("\($0)/result").append(Array("abc".utf8)) }
        #expect(names == [])
    }

    @Test("what is no regular file is written to as it is")
    func device() throws {
        let file = try WholeFile("/dev/null")
        try file.append(Array("abc".utf8))
        try file.keep()
    }

    @Test("a folder that is not there is one clear line")
    func badFolder() {
        #expect(throws: CommandFailure("cannot write to /does/not/exist: No such file or directory")) {
            _ = try WholeFile("/does/not/exist")
        }
    }
}
