import Testing

@testable import telltale

@Suite("Sizes of memory")
struct MemorySizeTests {
    @Test(
        "A size is a number and a unit",
        arguments: [("0", 0), ("512", 512), ("3K", 3_072), ("512M", 512 << 20), ("8g", 8 << 30), ("1T", 1 << 40)]
    )
    func sizes(text: String, bytes: Int) {
        #expect(MemorySize(text)?.bytes == bytes)
    }

    @Test(
        "Anything else is none",
        arguments: ["", "M", "-1M", "1.5G", "8GB", "8 G", "+1", "4611686018427387905", "8388608T", "٣M"]
    )
    func others(text: String) {
        #expect(MemorySize(text) == nil)
    }

    @Test("Half of the machine's memory is enough to work with")
    func machine() {
        #expect(MemorySize.halfOfMachine >= MemorySize.leastForJobs)
    }
}
