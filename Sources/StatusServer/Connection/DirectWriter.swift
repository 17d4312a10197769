import Glibc
import NIOCore

/// Writes to a connection's socket without the channel's queue, which costs a status check about as much as its answer.
///
/// What makes that right, all of it on the connection's event loop:
/// - No byte overtakes another: while the channel may still hold bytes, nothing is written here, and what the kernel
///   does not take is for the caller to give to the channel, with all that follows.
/// - The descriptor is this connection's own: NIO closes a socket and makes its channel inactive without calling
///   anybody in between (`BaseSocketChannel.close0` of 2.101), so that an active channel's descriptor is open.
/// - Errors are not looked at: the channel meets them again when it is given the bytes, and closes as it always does.
/// - Nothing between the handler and the socket changes bytes. Whoever puts something there, TLS above all, makes the
///   handler without this.
struct DirectWriter {
    private let channel: any Channel
    private let descriptor: CInt
    /// False once the channel has been given bytes, until it is seen to hold none.
    private var isChannelEmpty = false

    /// Nil for a channel without a socket.
    init?(_ channel: any Channel) {
        let found = try? channel.pipeline.syncOperations.withUnsafeTransportIfAvailable(of: NIOBSDSocket.Handle.self) {
            $0
        }
        guard let found else { return nil }
        self.channel = channel
        self.descriptor = found
    }

    /// Writes what the kernel takes at once of the beginning of `bytes`.
    /// - Returns: how many bytes that were; the channel has to be given the rest, and noted by ``noteHandOver()``.
    mutating func write(_ bytes: UnsafeRawBufferPointer) -> Int {
        guard channel.isActive, hasEmptyChannel() else { return 0 }
        return max(0, send(descriptor, bytes.baseAddress, bytes.count, CInt(MSG_DONTWAIT | Int(MSG_NOSIGNAL))))
    }

    /// The channel has been given bytes to write.
    mutating func noteHandOver() {
        isChannelEmpty = false
    }

    private mutating func hasEmptyChannel() -> Bool {
        if isChannelEmpty { return true }
        isChannelEmpty = (try? channel.syncOptions?.getOption(.bufferedWritableBytes)) == 0
        return isChannelEmpty
    }
}
