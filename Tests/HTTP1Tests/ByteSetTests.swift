import Testing

@testable import HTTP1

@Suite("Sets and scans of bytes")
struct ByteSetTests {
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
    private static let digits = "0123456789"
    private static let visible = String(decoding: Array<UInt8>(0x21...0x7e), as: UTF8.self)

    @Test(
        "Each set holds exactly the characters that its RFC names",
        arguments: [
            ("token", letters + digits + "!#$%&'*+-.^_`|~"),
            ("target", visible.filter { !"\"#<>".contains($0) }),
            ("registeredName", letters + digits + "-._~!$&'()*+,;=%"),
            ("addressLiteral", digits + "abcdefABCDEF:."),
            ("quotedText", "\t " + visible.filter { !"\"\\".contains($0) }),
            ("text", "\t " + visible),
            ("attribute", letters + digits + "!#$&+-.^_`|~"),
            ("plainFileName", " " + visible.filter { !"\"\\%".contains($0) }),
        ]
    )
    func members(name: String, characters: String) throws {
        let sets: [String: ByteSet] = [
            "token": .token, "target": .target, "registeredName": .registeredName, "addressLiteral": .addressLiteral,
            "quotedText": .quotedText, "text": .text, "attribute": .attribute, "plainFileName": .plainFileName,
        ]
        let set = try #require(sets[name])
        let expected = Set(characters.utf8)
        for byte in UInt8.min...UInt8.max {
            #expect(set.contains(byte) == expected.contains(byte), "byte \(byte)")
        }
    }

    @Test("Scans stop at the same byte as a byte by byte search, wherever it stands")
    func scans() {
        for byte in UInt8.min...UInt8.max {
            for index in 0..<19 {
                var bytes = [UInt8](repeating: UInt8(ascii: "a"), count: 19)
                bytes[index] = byte
                bytes.withUnsafeBytes { check(ByteView($0), byte, index) }
            }
        }
    }

    private func check(_ view: ByteView, _ byte: UInt8, _ index: Int) {
        let isStop = (
            text: byte < 0x20 || byte == 0x7f,
            token: !ByteSet.token.contains(byte),
            target: !ByteSet.target.contains(byte) || byte == UInt8(ascii: "?")
        )
        #expect(view.endOfText(from: 0, to: 19) == (isStop.text ? index : 19), "byte \(byte) at \(index)")
        #expect(view.endOfToken(from: 0, to: 19) == (isStop.token ? index : 19), "byte \(byte) at \(index)")
        #expect(view.endOfTargetPart(from: 0, to: 19) == (isStop.target ? index : 19), "byte \(byte) at \(index)")
        #expect(view.endOfText(from: 0, to: index) == index)
    }

    @Test("Names match in either case, and nothing else matches")
    func matching() {
        let name: StaticString = "content-length"
        for index in 0..<14 {
            for byte in UInt8.min...UInt8.max {
                var bytes = Array("Content-LENGTH".utf8)
                let original = bytes[index]
                bytes[index] = byte
                let isMatch = byte == original || (original != UInt8(ascii: "-") && byte ^ original == 0x20)
                bytes.withUnsafeBytes {
                    #expect(ByteView($0).matches(0..<14, name) == isMatch, "byte \(byte) at \(index)")
                }
            }
        }
    }

    @Test("Reading beyond the end traps")
    func bounds() async {
        await #expect(processExitsWith: .failure) {
            [UInt8](repeating: 0, count: 8).withUnsafeBytes { _ = ByteView($0)[8] }
        }
        await #expect(processExitsWith: .failure) {
            [UInt8](repeating: 0, count: 8).withUnsafeBytes { _ = ByteView($0).word(at: 1) }
        }
        await #expect(processExitsWith: .failure) {
            [UInt8](repeating: 0, count: 8).withUnsafeBytes { _ = ByteView($0).slice(4..<9) }
        }
    }
}
