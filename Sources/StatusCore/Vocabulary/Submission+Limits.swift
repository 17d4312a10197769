extension Submission {
    /// True when every text, count and duration is within its limit and no label key comes twice.
    public var isWithinLimits: Bool {
        (type?.utf8.count ?? 0) <= Limits.typeLength && metadata.count <= Limits.metadataLength
            && (1...Limits.ttl).contains(ttl) && (1...Limits.ttl).contains(resultTTL)
            && (1...Limits.stall).contains(stall ?? 1)
            && (1...Limits.idempotencyKeyLength).contains(idempotencyKey?.count ?? 1)
            && labels.count <= Limits.labelCount && Set(labels.map { Array($0.key.utf8) }).count == labels.count
            && labels.allSatisfy {
                $0.key.utf8.count <= Limits.labelKeyLength && $0.value.utf8.count <= Limits.labelValueLength
            }
    }
}
