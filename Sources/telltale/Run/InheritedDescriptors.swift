import CSpawn
import Glibc

/// The descriptors above the standard streams that this process was given at its start, which its commands get as well;
/// what it opened itself (SwiftNIO's sockets are not marked close-on-exec) they must not get.
struct InheritedDescriptors: Sendable {
    /// Found out once; ``Main`` asks before anything is opened.
    static let atStart = InheritedDescriptors()

    /// The ones above 2, rising.
    let numbers: [Int32]

    /// Nothing hands on a descriptor above this by habit; bash numbers its own from 63 down.
    private static let highest: Int32 = 255

    private init() {
        numbers = (STDERR_FILENO + 1...Self.highest).filter { fcntl($0, F_GETFD) >= 0 }
    }

    /// Makes the child close everything else. Comes behind the actions that need what is closed.
    ///
    /// Returns 0 or an error number.
    func closeOthers(_ actions: inout posix_spawn_file_actions_t) -> Int32 {
        let last = numbers.last ?? STDERR_FILENO
        for number in STDERR_FILENO + 1..<max(last, STDERR_FILENO + 1) where !numbers.contains(number) {
            // A number that is not open is no error for a close action.
            let code = posix_spawn_file_actions_addclose(&actions, number)
            if code != 0 { return code }
        }
        return CSpawn_closeFrom(&actions, last + 1)
    }
}
