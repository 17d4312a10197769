import ResultStore
import Synchronization

/// Results whose stream was lost before their end, kept for a while so that the worker can go on where it was.
///
/// Each keeps its place among the results on their way in, so that the memory and the disk that they take stay bounded
/// as before. Any thread may call it.
final class BrokenTransfers: Sendable {
    /// What is kept of one.
    struct Entry: Sendable {
        /// The job and its attempt: ``LiveJob/key(of:attempt:)``.
        let key: String
        let description: ResultDescription
        let writer: ResultWriter
        /// The bytes that the writer has, as they were sent.
        let held: Int
        let slot: TransferSlots.Slot
    }

    /// In the order in which their streams were lost; one a key.
    private let entries = Mutex<[Entry]>([])

    /// Keeps `entry`, in place of an earlier one of the same key.
    func keep(_ entry: Entry) {
        let former = entries.withLock { entries in
            let former = Self.remove(from: &entries) { $0.key == entry.key }
            entries.append(entry)
            return former
        }
        former?.writer.abandon()
    }

    /// Hands out what is kept under `key`, and keeps it no longer.
    func take(_ key: String) -> Entry? {
        entries.withLock { entries in Self.remove(from: &entries) { $0.key == key } }
    }

    /// The time of what `writer` has is over, if it is still kept.
    func drop(_ writer: ResultWriter) {
        let dropped = entries.withLock { entries in Self.remove(from: &entries) { $0.writer === writer } }
        dropped?.writer.abandon()
    }

    /// Makes a place free by giving up the one that was lost first; false when none is kept.
    func dropFirst() -> Bool {
        let dropped = entries.withLock { entries in Self.remove(from: &entries) { _ in true } }
        dropped?.writer.abandon()
        return dropped != nil
    }

    /// Takes the first fitting entry out. What it holds is let go of outside the lock, as that may free a file.
    private static func remove(from entries: inout [Entry], where fits: (Entry) -> Bool) -> Entry? {
        entries.firstIndex(where: fits).map { entries.remove(at: $0) }
    }
}
