/// The compressed bytes of a result, in memory or in a file; they never change, and any thread may read them.
final class ResultContent: Sendable {
    /// Where the bytes are.
    enum Place: Sendable {
        case memory([UInt8])
        case file(TemporaryFile)
    }

    let place: Place
    /// The number of bytes.
    let length: Int
    let share: QuotaShare

    init(place: Place, length: Int, share: QuotaShare) {
        self.place = place
        self.length = length
        self.share = share
    }

    /// Copies bytes from `offset` on until `memory` is full or the content ends, and returns how many.
    func read(at offset: Int, into memory: UnsafeMutableRawBufferPointer) throws(ResultFailure) -> Int {
        let wanted = min(memory.count, length - offset)
        guard wanted > 0 else { return 0 }
        switch place {
        case .memory(let bytes):
            memory.copyBytes(from: bytes[offset..<offset + wanted])
        case .file(let file):
            let count: Int
            do throws(DiskFailure) {
                count = try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: memory.prefix(wanted)))
            } catch {
                throw .disk(error)
            }
            guard count == wanted else { throw .damaged }
        }
        return wanted
    }
}
