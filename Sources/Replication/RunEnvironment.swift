package import Federation

/// Time, chance and the wish to stop, which come from outside.
package struct RunEnvironment {
    /// The present time.
    package var now: () -> Timestamp
    /// A random number, at least 0 and below 1.
    package var chance: () -> Double
    /// Waits for this long, or until the program is asked to stop.
    package var pause: (Duration) -> Void
    /// Whether the program was asked to stop.
    package var shouldStop: () -> Bool
    /// The time that has passed since some moment, whatever is done to the clock meanwhile.
    package var elapsed: () -> Duration
    /// Does its argument, which decodes something long; where several hubs are spoken to at once, one after the other.
    package var decode: (() throws -> Void) throws -> Void = { try $0() }

    /// An environment; where `elapsed` is not given, the clock of `now` is taken for one that nobody sets.
    package init(
        now: @escaping () -> Timestamp,
        chance: @escaping () -> Double,
        pause: @escaping (Duration) -> Void,
        shouldStop: @escaping () -> Bool,
        elapsed: (() -> Duration)? = nil
    ) {
        self.elapsed = elapsed ?? { .microseconds(now().microseconds) }
        self.now = now
        self.chance = chance
        self.pause = pause
        self.shouldStop = shouldStop
    }
}
