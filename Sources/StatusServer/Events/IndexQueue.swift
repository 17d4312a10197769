/// Indexes, first in, first out, in memory that is used again.
struct IndexQueue {
    private var indexes: [Int] = []
    private var head = 0

    /// The index that has waited longest.
    var first: Int? { head < indexes.count ? indexes[head] : nil }

    mutating func append(_ index: Int) {
        indexes.append(index)
    }

    mutating func removeFirst() {
        head += 1
        // What was taken is given up when it is half of the memory, so that each index is moved once on average.
        if head * 2 >= indexes.count {
            indexes.removeFirst(head)
            head = 0
        }
    }

    mutating func popFirst() -> Int? {
        guard let first else { return nil }
        removeFirst()
        return first
    }
}
