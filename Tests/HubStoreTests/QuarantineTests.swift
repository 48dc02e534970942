import Federation
import HubStore
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
}
