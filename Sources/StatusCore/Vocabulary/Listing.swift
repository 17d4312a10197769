/// Which jobs a list is to hold. Everything that is set must match.
public struct ListFilter: Sendable, Equatable {
    /// Whose jobs.
    public var tenant: TenantID
    /// As readers see it: a removed job is cancelled.
    public var status: JobState?
    public var type: String?
    /// Each of these must be on the job.
    public var labels: [Label]

    public init(tenant: TenantID = .sole, status: JobState? = nil, type: String? = nil, labels: [Label] = []) {
        self.tenant = tenant
        self.status = status
        self.type = type
        self.labels = labels
    }

    /// True when every job of the tenant matches.
    public var isEmpty: Bool { status == nil && type == nil && labels.isEmpty }
}

/// A place in the order of creation, to go on from. Its text form holds hexadecimal digits only.
public struct ListCursor: Hashable, Sendable, CustomStringConvertible {
    /// The creation key of the job last looked at.
    internal let key: UInt64
    /// Its stripe, which decides between equal keys.
    internal let stripe: UInt16

    internal init(key: UInt64, stripe: UInt16) {
        self.key = key
        self.stripe = stripe
    }

    /// The cursor that `text` spells, or nil.
    public init?(_ text: String) {
        guard text.utf8.count == 20, text.utf8.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let key = UInt64(text.prefix(16), radix: 16), let stripe = UInt16(text.suffix(4), radix: 16)
        else { return nil }
        self.init(key: key, stripe: stripe)
    }

    /// Twenty hexadecimal digits.
    public var description: String {
        ListCursor.padded(key, to: 16) + ListCursor.padded(UInt64(stripe), to: 4)
    }

    private static func padded(_ value: UInt64, to width: Int) -> String {
        let digits = String(value, radix: 16)
        return String(repeating: "0", count: width - digits.count) + digits
    }
}
