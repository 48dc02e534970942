import Digest
import Federation
import HubStore
import JSON
import Testing
import TestSupport

@Suite("Quarantine in a real PostgreSQL", .serialized)
struct QuarantineTests {
    private func erased(_ id: String) throws -> QuarantinedItem {
        var refusal = Refusal(.retracted, "retracted")
        refusal.keepsText = false
        let body = Array(#"{"id":"\#(id)","payload":{"text":"\#(id)"}}"#.utf8)
        return QuarantinedItem(
            collection: Histories.collection,
            id: try PatternID(id),
            refusal: refusal,
            body: body,
            bodyLength: Int64(body.count)
        )
    }

    @Test("Refused items whose text is not kept stay apart, and keep their reason when they are released")
    func erasedStayApart() async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 1)
            let node = Histories.known(NodeName("node-1"))
            let token = NodeToken(using: &generator)
            _ = try await store.enrol(node, role: .spoke, token: token, now: ScratchStore.now)
            let items = [try erased("one"), try erased("two"), try erased("one")]
            _ = try await store.quarantine(items, of: node, now: ScratchStore.now)
            let kept = try await store.quarantined(QuarantineSelection(), limit: 10)
            #expect(Set(kept.compactMap(\.item.id?.description)) == ["one", "two"])
            #expect(kept.allSatisfy { $0.item.body.isEmpty })
            let released = try await store.release(QuarantineSelection(), now: { ScratchStore.now })
            #expect(released.count == 2)
            let after = try await store.quarantined(QuarantineSelection(), limit: 10)
            #expect(after.map(\.item.refusal.detail) == ["retracted", "retracted"])
        }
    }

    @Test("What a hub passed on is released as its author's, with the hub in its path", arguments: [true, false])
    func passedOn(isUpstream: Bool) async throws {
        try await ScratchStore.withStore { store in
            var generator = SplitMix64(seed: 2)
            let (relay, now) = (Histories.known(NodeName("global")), ScratchStore.now)
            if isUpstream {
                let url = "https://global.example"
                let node = Histories.known(NodeName("us"))
                let upstream = Upstream(url: url, node: node, tokenFile: "/etc/us.token", minValue: 0, addedAt: now)
                try await store.addUpstream(upstream, now: now)
                let id = "11111111-2222-4333-8444-555555555555"
                let identity = HubIdentity(hub: id, epoch: id)
                try await store.noteContact(with: url, identity: identity, name: relay, now: now)
                // A node of the same name speaks for itself alone.
                _ = try await store.enrol(relay, role: .spoke, token: NodeToken(using: &generator), now: now)
            } else {
                _ = try await store.enrol(relay, role: .hub, token: NodeToken(using: &generator), now: now)
            }
            let policy = try await store.policy(of: Histories.collection)
            let author = Histories.known(NodeName("alice"))
            let own = Admission(policy: policy, origin: author, incarnation: 3, now: now, hasher: SHA256())
            var id: PatternID?
            let vector = String(decoding: Base64.encode([0, 0, 128, 63, 0, 0, 0, 64]), as: UTF8.self)
            let lines = [
                #"{"id":"a","revision":7,"payload":{"value_score":0.5},"vector":"\#(vector)","vector_model":"m"}"#,
                #"{"id":"b","revision":8,"retracted":true}"#,
            ]
            var said = try lines.map { try own.admit(Array($0.utf8), id: &id).contribution }
            for index in said.indices { said[index].path = [Histories.known(NodeName("asia")), relay] }
            let items = said.map { contribution in
                QuarantinedItem(
                    relayed: contribution,
                    into: Histories.collection,
                    refusal: Refusal(.originLeftOut, "its origin was left out")
                )
            }
            _ = try await store.quarantine(items, of: relay, now: now)
            let released = try await store.release(QuarantineSelection(), now: { now })
            #expect(released.map(\.verdict) == [.accepted, .accepted])
            #expect(try await store.quarantined(QuarantineSelection(), limit: 10).isEmpty)
            let keys = said.map(\.key)
            let batch = try await store.contributionsToRelay(of: Histories.collection, keys: keys)
            #expect(batch.items.map(\.key) == keys && batch.items.map(\.revision) == [7, 8])
            for line in batch.body.split(separator: UInt8(ascii: "\n")) {
                let root = try JSONDocument(parsing: Array(line)).root
                #expect(root["path"]?.elements.compactMap(\.string) == ["asia", "global"])
                #expect(root["incarnation"]?.integer == 3)
            }
        }
    }
}
