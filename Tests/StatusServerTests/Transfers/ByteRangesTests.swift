import Testing

@testable import StatusServer

@Suite("Digests as text")
struct DigestTextTests {
    @Test("Base 64 is that of RFC 4648 §10")
    func base64() {
        let known = [
            ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="), ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ]
        for (plain, text) in known { #expect(Base64.text(Array(plain.utf8)) == text) }
        #expect(Base64.text([0xFB, 0xFF, 0xFE]) == "+//+")
        #expect(Base16.text([0x00, 0x9A, 0xFF]) == "009aff")
    }
}

@Suite("The Range field")
struct ByteRangesTests {
    private static func read(_ value: String, length: Int) -> ByteRanges {
        Array(value.utf8).withUnsafeBytes { ByteRanges($0, length: length) }
    }

    @Test(
        "Ranges are cut to what there is",
        arguments: [
            ("bytes=0-0", [0..<1]), ("bytes=0-", [0..<100]), ("bytes=90-200", [90..<100]), ("bytes=-1", [99..<100]),
            ("bytes=-100", [0..<100]), ("bytes=-1000", [0..<100]), ("Bytes=1-2", [1..<3]),
            ("bytes= 1-2 ,\t4-5", [1..<3, 4..<6]), ("bytes=50-59,0-9", [50..<60, 0..<10]),
            ("bytes=,1-1,,2-2,", [1..<2, 2..<3]), ("bytes=0-0,100-", [0..<1]),
            ("bytes=99-99999999999999999999999999", [99..<100]),
        ] as [(String, [Range<Int>])]
    )
    func parts(value: String, expected: [Range<Int>]) {
        #expect(Self.read(value, length: 100) == .parts(expected))
    }

    @Test(
        "What is no range, or too many, or overlaps, means the whole",
        arguments: [
            "", "bytes", "bytes=", "bytes=,", "bytes=a-b", "bytes=1", "bytes=2-1", "bytes=-", "bytes=--1", "items=0-1",
            "bytes=1-2-3", "bytes=0-9,9-10", "bytes=0-,5-6", "bytes=+1-2", "bytes =0-1",
            "bytes=0-0,2-2,4-4,6-6,8-8,10-10,12-12,14-14,16-16",
        ]
    )
    func whole(value: String) {
        #expect(Self.read(value, length: 100) == .whole)
    }

    @Test(
        "Where nothing of what was asked for exists, that is said",
        arguments: ["bytes=100-", "bytes=100-200", "bytes=-0", "bytes=9999999999999999999999-", "bytes=100-,200-300"]
    )
    func unsatisfiable(value: String) {
        #expect(Self.read(value, length: 100) == .unsatisfiable)
        #expect(Self.read("bytes=0-", length: 0) == .unsatisfiable)
        #expect(Self.read("bytes=-5", length: 0) == .unsatisfiable)
    }
}
