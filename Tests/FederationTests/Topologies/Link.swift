import Federation
import TestSupport

/// One hub that is a node of another.
struct Link {
    /// The number of the hub that pushes and pulls.
    let hub: Int
    /// The number of its upstream.
    let upstream: Int
    /// As which node the hub is enrolled there.
    let node: NodeName
    var isCut = false
    /// What the hub's process knows; gone when it restarts.
    var session: Session?

    enum Session {
        /// Both go on where they were.
        case connected(epoch: Int)
        case comparing(Comparison)
    }

    /// Both are being compared, because one of them has another history than before.
    struct Comparison {
        var epoch: Int
        var ownEpoch: Int
        /// The heads of the feeds from before comparing: there replication goes on.
        var own: HubReplica.Heads
        var upstream: HubReplica.Heads
        /// What is still to be exchanged; `nil` before it is known.
        var rest: HubReplica.Differences?
    }
}

/// What becomes of one request.
enum Delivery: CaseIterable {
    case arrives
    /// Nothing arrives.
    case lost
    /// It arrives, and the answer does not.
    case unanswered
    /// A part arrives, and no answer.
    case cut
    /// It arrives much later, when nobody waits for the answer any more.
    case late

    static func random(isHarmless: Bool, using generator: inout SplitMix64) -> Delivery {
        isHarmless || Int.random(in: 0..<3, using: &generator) > 0
            ? .arrives : Histories.known(Delivery.allCases.randomElement(using: &generator))
    }
}

/// What is still under way although nobody waits for it.
struct LateDelivery {
    var from: Int
    var to: Int
    var relay: NodeName
    var lines: [[UInt8]] = []
    var resolutions: [Resolution] = []
}
