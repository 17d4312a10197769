/// The keys of one object so far, compared byte by byte: to `String` two spellings of one character are equal, to JSON
/// they are two keys.
struct KeySet {
    /// Up to this many keys are compared one by one, which is what nearly every object needs.
    private static let smallCount = 8

    private struct Key: Hashable {
        let text: String

        static func == (left: Key, right: Key) -> Bool {
            left.text.utf8.elementsEqual(right.text.utf8)
        }

        func hash(into hasher: inout Hasher) {
            var text = text
            text.withUTF8 { unsafe hasher.combine(bytes: UnsafeRawBufferPointer($0)) }
        }
    }

    private var few: [Key] = []
    private var many: Set<Key> = []

    /// Adds `text`; false when it is there already.
    mutating func insert(_ text: String) -> Bool {
        let key = Key(text: text)
        guard few.count == Self.smallCount else {
            if few.contains(key) { return false }
            few.append(key)
            return true
        }
        if many.isEmpty { many = Set(few) }
        return many.insert(key).inserted
    }
}
