/// What a task id may be.
enum TaskIDRule {
    /// True when `text` matches `[A-Za-z0-9_-]{1,64}`, so that it may stand in a path as it is.
    static func allows(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { Byte.isLetter($0) || Byte.isDigit($0) || $0 == 0x5F || $0 == 0x2D }
    }

    static func complaint(_ text: String) -> String {
        "'\(text)' is no task id: 1 to 64 of A-Z, a-z, 0-9, _ and -"
    }
}
