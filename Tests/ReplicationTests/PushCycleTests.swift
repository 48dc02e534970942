import Federation
import Replication
import TestSupport
import Testing

@Suite("Pushing batch by batch")
struct PushCycleTests {
    private struct Broken: Error {}

    /// Batches of one statement each; notes in which order it is asked for them and told what became of them.
    private final class Source: ContributionSource {
        let isAskedAhead: Bool
        var events: [String] = []
        /// The batch that cannot be made ready.
        var broken: Int?
        private let offers: MemorySide.Offers
        private var (batches, settled) = (0, 0)

        init(_ count: Int, isAskedAhead: Bool) {
            self.isAskedAhead = isAskedAhead
            var random = SplitMix64(seed: 7)
            offers = MemorySide.Offers(
                (0..<count).map { _ in StatementVersion(key: Pair.key(&random), version: Pair.version(&random)) }
            )
        }

        func nextBatch(maximumItems: Int, maximumBytes: Int) throws -> PushBatch? {
            guard let batch = try offers.nextBatch(maximumItems: 1, maximumBytes: maximumBytes) else { return nil }
            batches += 1
            if batches == broken { throw Broken() }
            events.append("ask \(batches)")
            return batch
        }

        func settle(_ batch: PushBatch, _ answer: PushAnswer) throws {
            settled += 1
            events.append("settle \(settled)")
        }
    }

    private func run(_ source: Source) throws -> PushTally {
        let hub = MemoryHub()
        var tally = PushTally()
        try PushCycle(client: Pair.client(hub), collection: .compared).run(source, &tally)
        return tally
    }

    @Test("The next batch is made ready while the hub works, and each is settled in its turn")
    func ahead() throws {
        let source = Source(3, isAskedAhead: true)
        let tally = try run(source)
        #expect(tally.sent == 3)
        #expect(source.events == ["ask 1", "ask 2", "settle 1", "ask 3", "settle 2", "settle 3"])
    }

    @Test("A source that has to know the answer first is asked behind it")
    func behind() throws {
        let source = Source(2, isAskedAhead: false)
        #expect(try run(source).sent == 2)
        #expect(source.events == ["ask 1", "settle 1", "ask 2", "settle 2"])
    }

    @Test("What fails while the next batch is made ready takes nothing from the one that was sent")
    func broken() throws {
        let source = Source(3, isAskedAhead: true)
        source.broken = 2
        #expect(throws: Broken.self) { _ = try run(source) }
        #expect(source.events == ["ask 1", "settle 1"])
    }
}
