import Glibc
internal import Synchronization

/// What signals have asked the program to do: to stop (SIGTERM, SIGINT), or to look at its settings again (SIGHUP).
package enum SignalFlag {
    private static let isStopping = Atomic<Bool>(false)
    private static let isReloading = Atomic<Bool>(false)
    /// The ends of the pipe that wakes whoever waits; -1 before ``install(reloads:)``.
    private static let readEnd = Atomic<Int32>(-1)
    private static let writeEnd = Atomic<Int32>(-1)

    /// Lets the signals ask instead of ending the program at once; a second one to stop ends it at once.
    ///
    /// With `reloads`, SIGHUP asks for the settings to be read again; without, it asks to stop.
    package static func install(reloads: Bool = false) {
        openPipe()
        // Touched before any signal can, so that the handlers find them ready.
        isStopping.store(false, ordering: .relaxed)
        isReloading.store(false, ordering: .relaxed)
        for number in [SIGTERM, SIGINT, SIGHUP] where !(reloads && number == SIGHUP) {
            signal(number) { received in
                SignalFlag.isStopping.store(true, ordering: .relaxed)
                SignalFlag.wake()
                signal(received, SIG_DFL)
            }
        }
        if reloads {
            signal(SIGHUP) { _ in
                SignalFlag.isReloading.store(true, ordering: .relaxed)
                SignalFlag.wake()
            }
        }
        // Writing to a pipe that nobody reads is an error to be reported, not the end.
        signal(SIGPIPE, SIG_IGN)
        // And so is a file that may not become longer.
        signal(SIGXFSZ, SIG_IGN)
    }

    /// Whether a signal has come that ends what is being done.
    package static func isSet() -> Bool {
        isStopping.load(ordering: .relaxed) || isReloading.load(ordering: .relaxed)
    }

    /// Whether the program is to stop.
    package static func wantsStop() -> Bool {
        isStopping.load(ordering: .relaxed)
    }

    /// Whether the settings are to be read again; asked once, it is done with.
    package static func takeReload() -> Bool {
        guard isReloading.exchange(false, ordering: .relaxed) else { return false }
        drain()
        return true
    }

    /// Becomes readable when ``isSet()`` becomes true; `nil` where no signal is waited for.
    package static var wakeDescriptor: Int32? {
        let descriptor = readEnd.load(ordering: .relaxed)
        return descriptor < 0 ? nil : descriptor
    }

    private static func openPipe() {
        guard readEnd.load(ordering: .relaxed) < 0 else { return }
        // Without a pipe, waits look at the flags now and then.
        guard let ends = Pipe.make(isNonBlocking: true) else { return }
        writeEnd.store(ends.writeEnd, ordering: .relaxed)
        readEnd.store(ends.readEnd, ordering: .relaxed)
    }

    /// Called by handlers: nothing but a system call, which leaves `errno` as it was.
    private static func wake() {
        let before = errno
        var byte: UInt8 = 0
        _ = write(writeEnd.load(ordering: .relaxed), &byte, 1)
        errno = before
    }

    /// A signal to stop that comes in between is seen at the flag, and the pipe is filled again by nobody: so it is asked
    /// for once more.
    private static func drain() {
        var bytes = [UInt8](repeating: 0, count: 64)
        let descriptor = readEnd.load(ordering: .relaxed)
        while read(descriptor, &bytes, bytes.count) > 0 {}
        if isSet() { wake() }
    }
}
