import Bytes
import HTTP1
import NIOCore

/// What each request on an HTTP/1.1 connection reads and changes in place.
///
/// It stands behind a pointer of its own: a property of a class is checked for exclusive access at run time whenever
/// it is changed in place, which a status check would pay a dozen times (some 50 instructions each). The handler makes
/// it, frees it, and uses it on its event loop only.
struct ConnectionState: ~Copyable {
    var parser = RequestParser()
    var head = RequestHead()
    var body = BodyReader.none
    /// Bytes that have arrived and are not used up.
    var input = ByteBuffer()
    /// Answers that are not handed to the channel yet.
    var output = OutputBuffer(capacity: 512)
    /// The way around the channel for answers; nil where there is none.
    var direct: DirectWriter?
    /// What the request under way said about the connection, valid until its answer is written.
    var exchange = HTTP1Handler.Exchange()

    /// A fresh one; the caller frees it with ``free(_:)``.
    static func make() -> UnsafeMutablePointer<ConnectionState> {
        let state = UnsafeMutablePointer<ConnectionState>.allocate(capacity: 1)
        state.initialize(to: ConnectionState())
        return state
    }

    static func free(_ state: UnsafeMutablePointer<ConnectionState>) {
        state.deinitialize(count: 1)
        state.deallocate()
    }
}

extension HTTP1Handler {
    var parser: RequestParser {
        _read { yield state.pointee.parser }
        _modify { yield &state.pointee.parser }
    }

    var head: RequestHead {
        _read { yield state.pointee.head }
        _modify { yield &state.pointee.head }
    }

    var body: BodyReader {
        _read { yield state.pointee.body }
        _modify { yield &state.pointee.body }
    }

    var input: ByteBuffer {
        _read { yield state.pointee.input }
        _modify { yield &state.pointee.input }
    }

    var output: OutputBuffer {
        _read { yield state.pointee.output }
        _modify { yield &state.pointee.output }
    }

    var exchange: Exchange {
        _read { yield state.pointee.exchange }
        _modify { yield &state.pointee.exchange }
    }
}
