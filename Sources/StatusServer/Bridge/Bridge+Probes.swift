import Bytes
import JSON
import StatusCore

extension Bridge {
    /// `/health`, `/livez` and `/readyz`, for those who start and watch the process.
    func probe(_ route: Route, _ now: Instant, into output: inout OutputBuffer) throws(ErrorAnswer) -> ResponseFields {
        switch route {
        case .livez:
            output.append(#"{"status":"alive"}"#)
        case .readyz:
            guard isReady else { throw .notReady }
            output.append(#"{"status":"ready"}"#)
        default:
            output.append(#"{"status":"healthy","timestamp":"#)
            output.appendJSONTime(now.wall)
            output.append(UInt8(ascii: "}"))
        }
        return ResponseFields(200)
    }
}
