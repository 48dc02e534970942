import Glibc
internal import Synchronization

/// Whether SIGTERM, SIGINT or SIGHUP has asked the program to stop.
package enum SignalFlag {
    private static let isRaised = Atomic<Bool>(false)

    /// Lets the signals ask instead of ending the program at once; a second one ends it at once.
    package static func install() {
        // Touched before any signal can, so that the handler finds it ready.
        isRaised.store(false, ordering: .relaxed)
        for number in [SIGTERM, SIGINT, SIGHUP] {
            signal(number) { received in
                SignalFlag.isRaised.store(true, ordering: .relaxed)
                signal(received, SIG_DFL)
            }
        }
        // Writing to a pipe that nobody reads is an error to be reported, not the end.
        signal(SIGPIPE, SIG_IGN)
    }

    /// Whether a signal has come.
    package static func isSet() -> Bool {
        isRaised.load(ordering: .relaxed)
    }
}
