import Digest
import Federation
import TestSupport

/// A hub without a database and without a network: what it holds, in which order it heard it, and how far it has come
/// with its upstreams.
///
/// A value, so that a copy of it is a backup.
struct HubReplica {
    /// A node that is enrolled at the hub.
    struct Node {
        var incarnation: Int32
        /// Of another hub: which one it said it is.
        var hub: Int?
    }

    /// How far the hub has come with one upstream.
    struct Position: Equatable {
        /// The upstream's history, and the hub's own, when both were last found in agreement.
        ///
        /// `nil` as long as not everything was read once, with what came from here.
        var epoch: Int?
        var ownEpoch: Int?
        /// Numbers of the hub's own feeds up to which everything was given.
        var given = Heads()
        /// Numbers of the upstream's feeds up to which everything was taken.
        var taken = Heads()
    }

    /// Places in both feeds.
    struct Heads: Equatable {
        var contributions = 0
        var resolutions = 0
    }

    /// Which hub it is, for ever.
    let number: Int
    /// Its name in the paths of what it passes on.
    let name: NodeName
    /// Which of its histories.
    var epoch: Int
    let flaw: Flaw?
    var replica: Replica
    /// The place of each contribution in the feed.
    private(set) var places: [ContributionKey: Int] = [:]
    private(set) var head = 0
    private(set) var nodes: [NodeName: Node] = [:]
    /// The greatest incarnation that was heard of, whoever enrolled it.
    private var heard: [NodeName: Int32] = [:]
    /// By the number of the upstream.
    var positions: [Int: Position] = [:]

    init(number: Int, name: NodeName, epoch: Int, policy: CollectionPolicy, flaw: Flaw?) {
        self.number = number
        self.name = name
        self.epoch = epoch
        self.flaw = flaw
        replica = Replica(policy: policy)
    }

    var heads: Heads { Heads(contributions: head, resolutions: replica.resolutions.count) }

    /// Enrols a node above whatever was heard of it.
    mutating func enrol(_ node: NodeName) {
        let greatest = max(nodes[node]?.incarnation ?? 0, heard[node] ?? 0)
        nodes[node] = Node(incarnation: greatest + 1)
    }

    /// Notes which hub the node `name` is.
    mutating func note(_ name: NodeName, isHub number: Int) {
        if nodes[name] == nil { enrol(name) }
        nodes[name]?.hub = number
    }

    /// Takes what a node says itself: items as it sends them.
    mutating func hear(_ items: [[UInt8]], from node: NodeName, now: Timestamp) -> Replica.Outcome {
        if nodes[node] == nil { enrol(node) }
        let admission = Admission(
            policy: replica.policy,
            origin: node,
            incarnation: nodes[node]?.incarnation ?? 1,
            now: now,
            hasher: SHA256()
        )
        return join(items, admission, isRelayed: false)
    }

    /// Takes lines that another hub passed on, known here as `relay`.
    mutating func take(_ lines: [[UInt8]], from relay: NodeName, now: Timestamp) -> Replica.Outcome {
        let admission = Admission(of: replica.policy, relayedBy: relay, now: now, hasher: SHA256())
        return join(lines, admission, isRelayed: true)
    }

    private mutating func join(
        _ lines: [[UInt8]],
        _ admission: Admission,
        isRelayed: Bool
    ) -> Replica.Outcome {
        var refused: [Verdict] = []
        var items: [AdmittedItem] = []
        for line in lines {
            var id: PatternID?
            do throws(Refusal) {
                items.append(try admission.admit(line, id: &id))
            } catch { refused.append(.refused(error)) }
        }
        var outcome = replica.take(
            items,
            refusesRetracted: !isRelayed,
            isRelayed: isRelayed && flaw != .keepsTheFirst
        )
        outcome.verdicts += refused
        for contribution in outcome.kept {
            head += 1
            places[contribution.key] = head
            let known = heard[contribution.origin] ?? 0
            heard[contribution.origin] = max(known, contribution.version.incarnation)
        }
        return outcome
    }

    /// Takes what operators decided, here or elsewhere.
    mutating func take(_ resolutions: [Resolution]) {
        for resolution in resolutions { replica.take(resolution) }
        if resolutions.contains(where: \.erases) { replica.eraseRetracted() }
    }
}
