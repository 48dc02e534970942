package import Federation

/// What a pull of one collection brought.
package struct PullTally: Sendable, Equatable {
    /// New and newer winners by origin.
    package var learned: [NodeName: Int64] = [:]
    /// Winners that are none any more.
    package var withdrawn: Int64 = 0
    /// Winners held whose content stayed, and of which the hub says something else: parents, value or time.
    package var attributed: Int64 = 0
    /// Whether the collection was read from its beginning because positions or digests did not fit any more.
    package var startedOver = false
    /// Whether the hub said that its history changed, so that this node has to offer its own contributions again.
    package var historyChanged = false

    package init() {}

    package mutating func add(_ change: WinnerChange) {
        switch change {
        case .learned(let origin): learned[origin, default: 0] += 1
        case .withdrawn: withdrawn += 1
        case .attributed: attributed += 1
        case .none: break
        }
    }

    package mutating func add(_ other: PullTally) {
        learned.merge(other.learned, uniquingKeysWith: +)
        withdrawn += other.withdrawn
        attributed += other.attributed
        startedOver = startedOver || other.startedOver
        historyChanged = historyChanged || other.historyChanged
    }

    /// Whether anything held was changed.
    package var isEmpty: Bool { learned.isEmpty && withdrawn == 0 && attributed == 0 }
}
