import Federation
import TestSupport

extension Network {
    /// Contributions in one request.
    private static let portion = 4

    /// One link does the next thing it has to do; returns whether it had anything to do.
    @discardableResult
    mutating func step(_ index: Int, isHarmless: Bool = false) throws -> Bool {
        guard !links[index].isCut else { return false }
        let link = links[index]
        switch link.session {
        case nil:
            connect(index)
            return true
        case .connected(let epoch):
            return try exchange(index, epoch: epoch, isHarmless: isHarmless)
        case .comparing(let comparison):
            try compare(index, comparison, isHarmless: isHarmless)
            return true
        }
    }

    /// Asks the upstream who it is; where one of both has another history than at their last agreement, all is compared.
    private mutating func connect(_ index: Int) {
        let link = links[index]
        hubs[link.upstream].note(link.node, isHub: link.hub)
        let position = hubs[link.hub].positions[link.upstream] ?? HubReplica.Position()
        hubs[link.hub].positions[link.upstream] = position
        let (own, upstream) = (hubs[link.hub], hubs[link.upstream])
        guard position != HubReplica.Position() else {
            // They never exchanged anything: both feeds are read from their beginning.
            if flaw == .trustsNames { agree(link, upstream.epoch) }
            links[index].session = .connected(epoch: upstream.epoch)
            return
        }
        guard position.epoch != upstream.epoch || position.ownEpoch != own.epoch, flaw != .ignoresEpochs else {
            links[index].session = .connected(epoch: upstream.epoch)
            return
        }
        links[index].session = .comparing(
            Link.Comparison(epoch: upstream.epoch, ownEpoch: own.epoch, own: own.heads, upstream: upstream.heads)
        )
    }

    private mutating func agree(_ link: Link, _ epoch: Int) {
        let ownEpoch = hubs[link.hub].epoch
        hubs[link.hub].positions[link.upstream]?.epoch = epoch
        hubs[link.hub].positions[link.upstream]?.ownEpoch = ownEpoch
    }

    private mutating func compare(_ index: Int, _ comparison: Link.Comparison, isHarmless: Bool) throws {
        let link = links[index]
        var comparison = comparison
        guard var rest = comparison.rest else {
            comparison.rest = try hubs[link.hub].differences(from: hubs[link.upstream])
            links[index].session = .comparing(comparison)
            return
        }
        let delivery = Delivery.random(isHarmless: isHarmless, using: &generator)
        if !rest.missingThere.isEmpty {
            let keys = rest.missingThere.prefix(Network.portion)
            if push(hubs[link.hub].contributions(keys), over: link, delivery) {
                rest.missingThere.removeFirst(keys.count)
            }
        } else if !rest.missingHere.isEmpty {
            let keys = rest.missingHere.prefix(Network.portion)
            let lines = hubs[link.upstream].contributions(keys)
            if pull(lines, over: link, delivery) == lines.count { rest.missingHere.removeFirst(keys.count) }
        } else {
            // Decisions are few: all of both sides.
            if flaw != .keepsResolutions {
                let (own, others) = (hubs[link.hub].replica.resolutions, hubs[link.upstream].replica.resolutions)
                hubs[link.hub].take(try HubReplica.received(others))
                hubs[link.upstream].take(try HubReplica.received(own))
            }
            hubs[link.hub].positions[link.upstream] = HubReplica.Position(
                epoch: comparison.epoch,
                ownEpoch: comparison.ownEpoch,
                given: comparison.own,
                taken: comparison.upstream
            )
            links[index].session = .connected(epoch: comparison.epoch)
            return
        }
        comparison.rest = rest
        links[index].session = .comparing(comparison)
    }

    private mutating func exchange(_ index: Int, epoch: Int, isHarmless: Bool) throws -> Bool {
        let link = links[index]
        let position = hubs[link.hub].positions[link.upstream] ?? HubReplica.Position()
        let (own, upstream) = (hubs[link.hub], hubs[link.upstream])
        let delivery = Delivery.random(isHarmless: isHarmless, using: &generator)
        var work: [(inout Network) throws -> Void] = []
        if own.head > position.given.contributions { work.append { $0.pushNext(link, position, delivery) } }
        if upstream.head > position.taken.contributions { work.append { $0.pullNext(link, position, delivery) } }
        if own.heads.resolutions > position.given.resolutions, flaw != .keepsResolutions {
            work.append { try $0.pushDecisions(link, position, delivery) }
        }
        if upstream.heads.resolutions > position.taken.resolutions, flaw != .keepsResolutions {
            work.append { try $0.pullDecisions(link, position, delivery) }
        }
        // A cursor of another history is answered with a conflict: both get to know each other anew.
        guard epoch == upstream.epoch || flaw == .ignoresEpochs else {
            let isUnaware = own.head > position.given.contributions && Bool.random(using: &generator)
            if isUnaware { pushNext(link, position, delivery) } else { links[index].session = nil }
            return true
        }
        if position.epoch == nil, position.taken.contributions >= upstream.head { agree(link, epoch) }
        guard let next = work.randomElement(using: &generator) else { return false }
        try next(&self)
        return true
    }

    private mutating func pushNext(_ link: Link, _ position: HubReplica.Position, _ delivery: Delivery) {
        let own = hubs[link.hub]
        let names = own.names(of: link.upstream, called: hubs[link.upstream].name)
        let portion = own.contributions(
            after: position.given.contributions,
            notFrom: names,
            limit: Network.portion
        )
        let isAnswered = push(portion.lines, over: link, delivery)
        guard isAnswered || flaw == .movesWithoutAnswer else { return }
        hubs[link.hub].positions[link.upstream]?.given.contributions = portion.through
    }

    private mutating func pullNext(_ link: Link, _ position: HubReplica.Position, _ delivery: Delivery) {
        let portion = hubs[link.upstream].contributions(
            after: position.taken.contributions,
            notFrom: position.epoch == nil ? [] : [link.node],
            limit: Network.portion
        )
        let taken = pull(portion.lines, over: link, delivery)
        // The position is stored with what it describes: also of an answer that was cut off.
        let place = taken == portion.lines.count ? portion.through : portion.places.prefix(taken).last
        let lost = flaw == .movesWithoutAnswer ? portion.through : position.taken.contributions
        let reached = delivery == .lost || delivery == .late ? lost : place
        if let reached { hubs[link.hub].positions[link.upstream]?.taken.contributions = reached }
    }

    private mutating func pushDecisions(
        _ link: Link,
        _ position: HubReplica.Position,
        _ delivery: Delivery
    ) throws {
        let (decisions, through) = try next(hubs[link.hub].replica.resolutions, after: position.given.resolutions)
        switch delivery {
        case .arrives, .unanswered: hubs[link.upstream].take(decisions)
        case .cut: hubs[link.upstream].take(Array(decisions.prefix(1)))
        case .lost: break
        case .late:
            late.append(LateDelivery(from: link.hub, to: link.upstream, relay: link.node, resolutions: decisions))
        }
        guard delivery == .arrives || flaw == .movesWithoutAnswer else { return }
        hubs[link.hub].positions[link.upstream]?.given.resolutions = through
    }

    private mutating func pullDecisions(
        _ link: Link,
        _ position: HubReplica.Position,
        _ delivery: Delivery
    ) throws {
        guard delivery != .lost, delivery != .late else { return }
        let (decisions, through) = try next(hubs[link.upstream].replica.resolutions, after: position.taken.resolutions)
        hubs[link.hub].take(decisions)
        hubs[link.hub].positions[link.upstream]?.taken.resolutions = through
    }

    private func next(_ resolutions: [Resolution], after place: Int) throws -> (decisions: [Resolution], through: Int) {
        let portion = Array(resolutions.dropFirst(place).prefix(2))
        return (try HubReplica.received(portion), place + portion.count)
    }

    /// Sends lines to the upstream; returns whether it answered.
    private mutating func push(_ lines: [[UInt8]], over link: Link, _ delivery: Delivery) -> Bool {
        guard !lines.isEmpty else { return true }
        switch delivery {
        case .arrives, .unanswered: deliver(lines, to: link.upstream, from: link.node)
        case .cut: deliver(lines.prefix(lines.count / 2), to: link.upstream, from: link.node)
        case .lost: break
        case .late: late.append(LateDelivery(from: link.hub, to: link.upstream, relay: link.node, lines: lines))
        }
        return delivery == .arrives
    }

    /// Takes lines from the upstream; returns how many came.
    private mutating func pull(_ lines: [[UInt8]], over link: Link, _ delivery: Delivery) -> Int {
        let count =
            switch delivery {
            case .arrives, .unanswered: lines.count
            case .cut: lines.count / 2
            case .lost, .late: 0
            }
        if count > 0 { deliver(lines.prefix(count), to: link.hub, from: hubs[link.upstream].name) }
        return count
    }
}
