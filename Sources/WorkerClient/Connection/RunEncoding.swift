import Bytes
import UpdateProtocol

extension OutputBuffer {
    /// Appends the progress of many jobs in whichever frames take the fewest bytes: stretches of consecutive handles as
    /// dense runs where that pays, what is between them as runs, and a few stragglers as updates.
    ///
    /// `entries` ascend by handle and are at least one. Each takes one sequence number, in their order.
    mutating func append(run entries: [RunEntry]) {
        var sparse = entries.startIndex
        var start = entries.startIndex
        while start < entries.endIndex {
            var end = start + 1
            while end < entries.endIndex, entries[end].wireNumber == entries[end - 1].wireNumber + 1 { end += 1 }
            if entries[start..<end].prefersDense {
                append(sparse: entries[sparse..<start])
                appendDenseRun(first: entries[start].wireNumber, basisPoints: entries[start..<end].map(\.basisPoints))
                sparse = end
            }
            start = end
        }
        append(sparse: entries[sparse...])
    }

    private mutating func append(sparse entries: ArraySlice<RunEntry>) {
        guard !entries.isEmpty else { return }
        if entries.runLength < entries.singleLength {
            appendRun(entries.map { ($0.wireNumber, $0.basisPoints) })
        } else {
            for entry in entries { appendProgress(handle: entry.wireNumber, basisPoints: entry.basisPoints) }
        }
    }
}

extension RunEntry {
    fileprivate var wireNumber: UInt32 { handle.rawValue }
}

extension ArraySlice<RunEntry> {
    /// Bytes as a dense run.
    private var denseLength: Int {
        1 + VariableInteger.length(of: UInt64(count)) + VariableInteger.length(of: UInt64(self[startIndex].wireNumber))
            + 2 * count
    }

    /// Bytes as a run.
    fileprivate var runLength: Int {
        var length = 1 + VariableInteger.length(of: UInt64(count))
        var before: UInt32 = 0
        for entry in self {
            length += VariableInteger.length(of: UInt64(entry.wireNumber - before))
            length += VariableInteger.length(of: UInt64(entry.basisPoints))
            before = entry.wireNumber
        }
        return length
    }

    /// Bytes as an update each.
    fileprivate var singleLength: Int {
        reduce(0) {
            $0 + 1 + VariableInteger.length(of: UInt64($1.wireNumber))
                + VariableInteger.length(of: UInt64($1.basisPoints))
        }
    }

    /// True when a dense run costs less than a run or updates of the same entries would, and less than the heading of
    /// another run that it may force on what follows.
    fileprivate var prefersDense: Bool {
        let otherwise = Swift.min(runLength, singleLength)
        return denseLength + 4 < otherwise
    }
}
