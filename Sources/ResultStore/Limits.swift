/// What the store holds at a time, and why.
public enum ResultLimits {
    /// Results whose compressed form is at most this long stay in memory, in bytes: most results are that small, and a
    /// file for each would cost a descriptor and a system call a read.
    public static let memoryLength = 65_536

    /// Results at most this long also keep their content as it came, in bytes, so that a status answer with such a
    /// result in it needs no decoder.
    public static let plainLength = 4_096

    /// The longest result, in bytes before compression, unless the configuration says otherwise.
    public static let length = 16 * 1_073_741_824

    /// The compressed bytes of all results together, unless the configuration says otherwise.
    public static let storedBytes = 16 * 1_073_741_824

    /// Of them, those in memory, unless the configuration says otherwise. When they are used up small results go to
    /// files.
    public static let memoryBytes = 256 * 1_048_576

    /// Open files, unless the configuration says otherwise: each result in a file holds a descriptor, and connections
    /// need theirs from the same table.
    public static let files = 4_096

    /// How many bytes of a file are read at a time for decoding.
    static let readLength = 65_536

    /// What arrives is shown to readers at most so often, in milliseconds.
    static let showInterval: Int64 = 90

    /// How many bytes are decoded at a time to be dropped; they stand on the stack.
    static let skipLength = 16_384

    /// The most gzip that may come in for a content limit of `length` bytes. Deflate never needs more than stored
    /// blocks do; an eighth, and a mebibyte for headers and names, leaves room for wasteful writers, and endless blocks
    /// without content still end.
    static func codedLength(forContent length: Int) -> Int {
        let (sum, isTooLong) = length.addingReportingOverflow(length / 8 + 1_048_576)
        return isTooLong ? .max : sum
    }
}
