/// The sizes that this module works with, and why.
public enum DeflateLimits {
    /// The input of one segment, in bytes. A full flush costs the matches that would have reached across it: at level 6
    /// 64 KiB segments make JSON 5 % bigger, 256 KiB 1.3 %, 1 MiB 0.3 %; and a reader that wants a byte range inflates
    /// half a segment on average before it.
    public static let segmentLength = 262_144

    /// The level that results are compressed at unless someone asks for another. Each is compressed once and served
    /// many times, so zlib's own balance is worth its time.
    public static let level = 6

    /// The output that an encoder or a decoder holds at a time, in bytes: enough to make a system call for each piece
    /// cheap, small beside zlib's own 256 KiB.
    public static let pieceLength = 65_536

    /// What may be left of a segment, in 64ths of its input, for compressing it to have been worth it.
    static let worthwhile = 63

    /// The segments that are stored without trying, after one that did not shrink: what is compressed already stays so
    /// for long, and a try costs fifty times a copy. More of them would miss more of what shrinks again.
    static let storedRun = 7

    /// The most that one stored block holds (RFC 1951 §3.2.4: its length has 16 bits).
    public static let storedBlockLength = 65_535
}
