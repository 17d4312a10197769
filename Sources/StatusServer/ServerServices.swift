import Logging
import NIOCore
import NIOPosix
import ResultStore
import StatusCore

/// What every connection of one server shares. All of it may be used from any thread.
struct ServerServices: Sendable {
    let clock: ServerClock
    /// Another number after each start.
    let boot: UInt64
    let table: JobTable
    let results: ResultStore
    let bridge: Bridge
    let streams: StreamDirectory
    /// Compresses, writes and reads results apart from the event loops.
    let transferPool: NIOThreadPool
    /// Bounds the results that are on their way in.
    let transferSlots: TransferSlots
    let configuration: ServerConfiguration
    let logger: Logger
    /// Where streams say why they end that no well-made worker would bring to that.
    let failures: FailureLog
    /// See ``scratch(of:)``.
    let scratches: [ObjectIdentifier: NIOLoopBoundBox<LoopScratch?>]
}
