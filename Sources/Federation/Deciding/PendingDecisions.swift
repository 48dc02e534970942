internal import Digest
internal import Dispatch
internal import Synchronization

/// Decisions of some patterns that are being made.
///
/// No decision depends on another. Those that read contents are made on other threads, on all processors, while the
/// caller reads what is to be decided next.
package final class PendingDecisions: Sendable {
    let ids: [PatternID]
    /// Of each pattern, at the place of its id.
    package let candidates: [[Candidate]]
    private let resolutions: [Resolution?]
    private let policy: CollectionPolicy
    private let parts: [Range<Int>]
    private let made: Mutex<[[Decision]]>
    private let work = DispatchGroup()

    /// Patterns that one thread decides at a time.
    private static let partSize = 16

    init(ids: [PatternID], candidates: [[Candidate]], resolutions: [Resolution?], policy: CollectionPolicy) {
        self.ids = ids
        self.candidates = candidates
        self.resolutions = resolutions
        self.policy = policy
        let size = policy.strategy.readsContents ? PendingDecisions.partSize : max(ids.count, 1)
        parts = stride(from: 0, to: ids.count, by: size).map { $0..<min($0 + size, ids.count) }
        made = Mutex(Array(repeating: [], count: parts.count))
        guard policy.strategy.readsContents else { return }
        DispatchQueue.global().async(group: work) {
            DispatchQueue.concurrentPerform(iterations: self.parts.count) { part in
                let decisions = self.decide(self.parts[part])
                self.made.withLock { $0[part] = decisions }
            }
        }
    }

    /// The decisions, in the order of the ids; waits for them, so this is for no thread of Swift's cooperative pool.
    func decisions() -> [Decision] {
        guard policy.strategy.readsContents else { return decide(0..<ids.count) }
        work.wait()
        return made.withLock { $0.flatMap(\.self) }
    }

    private func decide(_ part: Range<Int>) -> [Decision] {
        let hasher = SHA256()
        return part.map { index in
            Decision(
                of: ids[index],
                among: candidates[index],
                resolution: resolutions[index],
                under: policy,
                hasher: hasher
            )
        }
    }
}
