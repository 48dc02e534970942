import TestSupport

/// How hubs are joined to each other.
enum Topology: CaseIterable {
    /// One above, all others below.
    case star
    /// Each below the one before.
    case chain
    /// Each below some earlier one.
    case tree
    /// Each below one or two earlier ones.
    case severalParents
    /// One below all others, which know nothing of each other.
    case bridge
    /// Each below the next, the last below the first.
    case ring
    /// Each pair lists each other.
    case peers
    /// Any of these, and some more links in any direction.
    case tangle

    struct Edge: Hashable {
        var hub: Int
        var upstream: Int
    }

    func edges(using generator: inout SplitMix64) -> [Edge] {
        let count = Int.random(in: 2...6, using: &generator)
        switch self {
        case .star: return (1..<count).map { Edge(hub: $0, upstream: 0) }
        case .chain: return (1..<count).map { Edge(hub: $0, upstream: $0 - 1) }
        case .tree: return (1..<count).map { Edge(hub: $0, upstream: Int.random(in: 0..<$0, using: &generator)) }
        case .severalParents:
            return (1..<count).flatMap { hub in
                Set((0..<2).map { _ in Int.random(in: 0..<hub, using: &generator) }).sorted()
                    .map { Edge(hub: hub, upstream: $0) }
            }
        case .bridge: return (1..<count).map { Edge(hub: 0, upstream: $0) }
        case .ring: return (0..<count).map { Edge(hub: $0, upstream: ($0 + 1) % count) }
        case .peers:
            let count = min(count, 4)
            return (0..<count).flatMap { hub in
                (0..<count).filter { $0 != hub }.map { Edge(hub: hub, upstream: $0) }
            }
        case .tangle:
            var edges = Topology.tree.edges(using: &generator)
            let last = edges.count
            for _ in 0..<4 {
                let edge = Edge(
                    hub: Int.random(in: 0...last, using: &generator),
                    upstream: Int.random(in: 0...last, using: &generator)
                )
                if edge.hub != edge.upstream, !edges.contains(edge) { edges.append(edge) }
            }
            return edges
        }
    }
}
