import Federation
import HubStore
import Testing
import TestSupport

@Suite("Upstreams in a real PostgreSQL", .serialized)
struct UpstreamTests {
    private static let url = "https://global.example"
    private static let now = ScratchStore.now
    private static let own = HubIdentity(
        hub: "11111111-2222-4333-8444-555555555555",
        epoch: "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"
    )
    private static let collection = Histories.known(CollectionName("skills-patterns"))

    private static func upstream(_ url: String = UpstreamTests.url, minValue: Double = 0) -> Upstream {
        Upstream(
            url: url,
            node: Histories.known(NodeName("us")),
            tokenFile: "/etc/us.token",
            minValue: minValue,
            addedAt: now
        )
    }

    private static func position(
        _ direction: UpstreamPosition.Direction,
        number: Int64,
        cursor: String? = nil,
        items: Int64 = 0
    ) -> UpstreamPosition {
        UpstreamPosition(
            url: url,
            collection: collection,
            feed: .contributions,
            direction: direction,
            cursor: cursor,
            number: number,
            items: items
        )
    }

    private static func refusal(_ id: String, revision: Int64) throws -> UpstreamRefusal {
        UpstreamRefusal(
            collection: collection,
            key: ContributionKey(id: try PatternID(id), origin: Histories.known(NodeName("alice"))),
            revision: revision,
            code: "path-too-long",
            detail: "it has passed through 17 hubs"
        )
    }

    private static func flow(
        _ store: Store,
        _ direction: UpstreamPosition.Direction,
        at time: Timestamp
    ) async throws -> UpstreamStatus.Flow {
        let status = try #require(try await store.upstreamStatus(now: time).first)
        return try #require(
            status.flows.first {
                $0.collection == collection && $0.feed == .contributions && $0.direction == direction
            }
        )
    }

    @Test("What is learned about an upstream stays when it is set up anew; narrowing it otherwise has hubs compared")
    func settingUpAnew() async throws {
        try await ScratchStore.withStore { store in
            let (url, now) = (UpstreamTests.url, UpstreamTests.now)
            try await store.addUpstream(UpstreamTests.upstream(), now: now)
            let name = Histories.known(NodeName("global"))
            try await store.noteContact(with: url, identity: UpstreamTests.own, name: name, now: now)
            let epoch = UpstreamTests.own.epoch
            try await store.noteAgreement(with: url, epoch: epoch, ownEpoch: UpstreamTests.own.hub)
            try await store.addUpstream(UpstreamTests.upstream(), now: now.adding(seconds: 9))
            let kept = try #require(try await store.upstreams().first)
            #expect(kept.addedAt == now && kept.hubName == name && kept.hubID == UpstreamTests.own.hub)
            #expect(kept.epoch == epoch && kept.ownEpoch == UpstreamTests.own.hub)
            try await store.addUpstream(UpstreamTests.upstream(minValue: 0.5), now: now)
            let narrowed = try #require(try await store.upstreams().first)
            #expect(narrowed.minValue == 0.5 && narrowed.epoch == nil && narrowed.ownEpoch == nil)
            try await store.noteAgreement(with: url, epoch: epoch, ownEpoch: epoch)
            let other = HubIdentity(hub: epoch, epoch: epoch)
            try await store.noteContact(with: url, identity: other, name: name, now: now)
            #expect(try await store.upstreams().first?.epoch == nil, "another hub answers at this address")
        }
    }

    @Test("Upstreams of the configuration come and go with it; those of commands stay")
    func configuring() async throws {
        try await ScratchStore.withStore { store in
            let now = UpstreamTests.now
            try await store.addUpstream(UpstreamTests.upstream("https://a.example"), now: now)
            let listed = [UpstreamTests.upstream("https://b.example"), UpstreamTests.upstream("https://c.example")]
            try await store.configureUpstreams(listed, now: now)
            #expect(try await store.upstreams().map(\.isConfigured) == [false, true, true])
            try await store.configureUpstreams([listed[1]], now: now)
            #expect(try await store.upstreams().map(\.url) == ["https://a.example", "https://c.example"])
            try await store.configureUpstreams([], now: now)
            #expect(try await store.upstreams().map(\.url) == ["https://a.example"])
            #expect(try await store.removeUpstream(url: "https://a.example"))
            #expect(try await !store.removeUpstream(url: "https://a.example"))
        }
    }

    @Test("One process at a time replicates, and another takes over when it stops or falls silent")
    func leasing() async throws {
        try await ScratchStore.withStore { store in
            let (url, now) = (UpstreamTests.url, UpstreamTests.now)
            let (first, second) = ([UInt8](repeating: 1, count: 16), [UInt8](repeating: 2, count: 16))
            func lease(_ holder: [UInt8], at seconds: Int64) async throws -> Bool {
                let time = now.adding(seconds: seconds)
                return try await store.leaseUpstream(url, holder: holder, until: time.adding(seconds: 30), now: time)
            }
            #expect(try await !lease(first, at: 0), "there is no such upstream")
            try await store.addUpstream(UpstreamTests.upstream(), now: now)
            #expect(try await lease(first, at: 0))
            #expect(try await !lease(second, at: 10))
            #expect(try await lease(first, at: 20), "it keeps what it has")
            #expect(try await !lease(second, at: 45))
            #expect(try await lease(second, at: 51), "the first fell silent")
            try await store.releaseUpstream(url, holder: first)
            #expect(try await !lease(first, at: 52), "only its holder gives a lease back")
            try await store.releaseUpstream(url, holder: second)
            #expect(try await lease(first, at: 53))
        }
    }

    @Test("Positions and refusals are saved together; who removed an upstream has its links told")
    func positions() async throws {
        try await ScratchStore.withStore { store in
            let (url, now) = (UpstreamTests.url, UpstreamTests.now)
            try await store.addUpstream(UpstreamTests.upstream(), now: now)
            let refusals = [
                try UpstreamTests.refusal("a", revision: 1), try UpstreamTests.refusal("b", revision: 1),
                try UpstreamTests.refusal("a", revision: 2),
            ]
            let first = UpstreamTests.position(.push, number: 7, items: 5)
            try await store.savePush(first, refusals: refusals, settled: [], now: now)
            let second = UpstreamTests.position(.push, number: 9, items: 1)
            try await store.savePush(second, refusals: [], settled: [refusals[1].key], now: now.adding(seconds: 1))
            #expect(try await store.upstreamPositions(of: url) == [UpstreamTests.position(.push, number: 9, items: 6)])
            let status = try #require(try await store.upstreamStatus(now: now).first)
            #expect(status.refusals.map(\.key) == [refusals[0].key] && status.refusals.map(\.revision) == [2])
            #expect(try await UpstreamTests.flow(store, .push, at: now).refused == 1)
            try await store.resetUpstreamPositions(of: url)
            #expect(try await store.upstreamPositions(of: url) == [UpstreamTests.position(.push, number: 0, items: 6)])
            _ = try await store.removeUpstream(url: url)
            await #expect(throws: StoreError.self) {
                try await store.savePush(first, refusals: [], settled: [], now: now)
            }
        }
    }

    @Test("Status counts what waits in either direction, and since when")
    func status() async throws {
        try await ScratchStore.withStore { store in
            let (url, now) = (UpstreamTests.url, UpstreamTests.now)
            try await store.addUpstream(UpstreamTests.upstream(), now: now)
            #expect(try await store.upstreamStatus(now: now).first?.flows.count == 12, "3 collections, 2 feeds, 2 ways")
            func note(_ number: Int64, at seconds: Int64) async throws {
                let time = now.adding(seconds: seconds)
                try await store.noteHead(
                    of: url,
                    collection: UpstreamTests.collection,
                    feed: .contributions,
                    number: number,
                    now: time
                )
            }
            try await note(40, at: 0)
            try await note(50, at: 10)
            let behind = try await UpstreamTests.flow(store, .pull, at: now.adding(seconds: 30))
            #expect(behind.itemsBehind == 50 && behind.secondsBehind == 30)
            try await note(50, at: 40)
            let same = try await UpstreamTests.flow(store, .pull, at: now.adding(seconds: 60))
            #expect(same.secondsBehind == 60, "it is behind since it first was")
            try await note(0, at: 70)
            let level = try await UpstreamTests.flow(store, .pull, at: now.adding(seconds: 80))
            #expect(level.itemsBehind == 0 && level.secondsBehind == 0, "the upstream was restored to nothing")
        }
    }

    @Test("Failures add up until the next success, without losing what to do")
    func failing() async throws {
        try await ScratchStore.withStore { store in
            let (url, now) = (UpstreamTests.url, UpstreamTests.now)
            try await store.addUpstream(UpstreamTests.upstream(), now: now)
            try await store.noteFailure(of: url, "it does not answer; is it running?", now: now)
            try await store.noteFailure(of: url, "it refuses the token", now: now.adding(seconds: 1))
            let failing = try #require(try await store.upstreams().first)
            #expect(failing.failures == 2 && failing.error == "it refuses the token")
            #expect(failing.failedAt == now.adding(seconds: 1))
            let name = Histories.known(NodeName("global"))
            try await store.noteContact(with: url, identity: UpstreamTests.own, name: name, now: now)
            let answering = try #require(try await store.upstreams().first)
            #expect(answering.failures == 0 && answering.error == nil && answering.failedAt == nil)
        }
    }

    @Test("A hub's name in paths is its id until it is given one")
    func naming() async throws {
        try await ScratchStore.withStore { store in
            #expect(try await store.hubName().text == store.currentIdentity().hub)
            let name = Histories.known(NodeName("us-hub"))
            try await store.setHubName(name)
            #expect(try await store.hubName() == name)
        }
    }
}
