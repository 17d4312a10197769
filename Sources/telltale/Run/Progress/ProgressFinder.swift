/// Finds progress in what a program prints, on both of its streams together.
///
/// Reported is only what goes forward, and all of it not before the program has ended: one that says so may go on. A
/// number is believed at once when
/// its form says that it is progress: a redrawn line, a bar beside it, a counter in square brackets, nothing else on
/// its line. Other numbers are believed when they grow from text to text: two or three of a series
/// (``ProgressCandidate/evidence``). So dates, paths, versions, ratios and fractions in prose are passed over.
///
/// A stream that has shown bytes that no text has is not looked at any more.
///
/// What it cannot know: of a program that draws one bar after another, how many will come. The first bar's progress
/// stays until a later one passes it.
struct ProgressFinder {
    /// Where bytes came from; each has its own lines.
    enum Stream {
        case output, error
    }

    private var output = OutputLines()
    private var error = OutputLines()
    private var outputIsText = true
    private var errorIsText = true
    private var evidence = ProgressEvidence()

    /// The furthest that was found.
    var best: Progress? { evidence.best }

    /// Takes what the program wrote; bytes may be cut anywhere. Returns the furthest progress when it moved.
    mutating func feed(_ bytes: UnsafeRawBufferPointer, from stream: Stream) -> Progress? {
        let before = evidence.best
        switch stream {
        case .output:
            outputIsText = outputIsText && !Self.isBinary(bytes)
            if outputIsText { Self.weigh(bytes, cutBy: &output, stream, &evidence) }
        case .error:
            errorIsText = errorIsText && !Self.isBinary(bytes)
            if errorIsText { Self.weigh(bytes, cutBy: &error, stream, &evidence) }
        }
        return evidence.best == before ? nil : evidence.best
    }

    /// Takes the lines that were not ended. Returns what the program said last: the furthest progress, or all of it.
    mutating func finish() -> Progress? {
        var evidence = evidence
        if outputIsText { output.finish { evidence.weigh($0, from: .output) } }
        if errorIsText { error.finish { evidence.weigh($0, from: .error) } }
        self.evidence = evidence
        return evidence.whole ?? evidence.best
    }

    /// True when `bytes` hold a control that neither text nor a terminal's sequences have, such as NUL.
    private static func isBinary(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // 0x00 to 0x06, 0x10 to 0x1A and 0x1C to 0x1F: not BEL, BS, white space, SO and SI, and ESC.
        let controls: UInt32 = 0xF7FF_007F
        return bytes.contains { $0 < 0x20 && controls >> UInt32($0) & 1 == 1 }
    }

    private static func weigh(
        _ bytes: UnsafeRawBufferPointer,
        cutBy lines: inout OutputLines,
        _ stream: Stream,
        _ evidence: inout ProgressEvidence
    ) {
        lines.feed(bytes) { evidence.weigh($0, from: stream) }
    }
}

/// What has been seen so far, and what of it is believed.
struct ProgressEvidence {
    private struct Sighting {
        var series: ProgressCandidate.Series
        var progress: Progress
        /// Texts in which it grew, without a step back.
        var count: Int
    }

    private(set) var best: Progress?
    /// All of what ``best`` is a part of, when that was said last.
    private(set) var whole: Progress?
    private var sightings: [Sighting] = []
    private var next = 0
    private var followsLeading = false
    private var outputTable = PercentTable()
    private var errorTable = PercentTable()

    /// Takes one text of a stream.
    mutating func weigh(_ piece: OutputLines.Piece, from stream: ProgressFinder.Stream) {
        let inTable =
            switch stream {
            case .output: outputTable.percent(in: piece)
            case .error: errorTable.percent(in: piece)
            }
        if let inTable { return advance(to: inTable) }

        guard ProgressCandidate.isPossible(in: piece),
            let candidate = ProgressCandidate.find(
                in: Array(piece.text),
                isRedrawn: piece.isRedrawn,
                isComplete: piece.isComplete
            )
        else { return }
        if candidate.progress.isWhole {
            if let best, candidate.progress.isOfSameKind(as: best), isBelievable(candidate) {
                whole = candidate.progress
            }
            return
        }
        if candidate.isLeading {
            followsLeading = followsLeading || candidate.countsSeveral
        } else if followsLeading {
            return
        }
        if sight(candidate) >= candidate.evidence { advance(to: candidate.progress) }
    }

    private mutating func advance(to progress: Progress) {
        whole = nil
        if best.map(progress.isFurther(than:)) ?? true { best = progress }
    }

    /// True when the candidate's form says that it is progress, or its series was believed.
    private func isBelievable(_ candidate: ProgressCandidate) -> Bool {
        guard candidate.isLeading || !followsLeading else { return false }
        if candidate.evidence == ProgressCandidate.certain { return true }
        return sightings.contains { $0.series == candidate.series && $0.count + 1 >= candidate.evidence }
    }

    /// How often the candidate's series has been seen to grow, this time included.
    private mutating func sight(_ candidate: ProgressCandidate) -> Int {
        guard candidate.evidence > ProgressCandidate.certain else { return ProgressCandidate.certain }
        guard let index = sightings.firstIndex(where: { $0.series == candidate.series }) else {
            let sighting = Sighting(series: candidate.series, progress: candidate.progress, count: 1)
            if sightings.count < RunLimits.series {
                sightings.append(sighting)
            } else {
                sightings[next] = sighting
                next = (next + 1) % RunLimits.series
            }
            return 1
        }
        if candidate.progress.isFurther(than: sightings[index].progress) {
            sightings[index].count += 1
        } else if candidate.progress != sightings[index].progress {
            sightings[index].count = 1
        }
        sightings[index].progress = candidate.progress
        return sightings[index].count
    }
}
