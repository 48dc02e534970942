import Federation
import Replication
import Testing

@Suite("Collections that fail by themselves")
struct FailingCollectionsTests {
    private static let start = ContinuousClock.now
    private let broken = ReplicationError(.integrity, "its feed cannot be trusted")

    private func name(_ text: String) throws -> CollectionName { try #require(CollectionName(text)) }

    @Test("One that failed waits longer each time, and no other does")
    func waits() throws {
        let (bad, good) = (try name("bad"), try name("good"))
        var failing = FailingCollections()
        var now = FailingCollectionsTests.start
        var waits: [Duration] = []
        for _ in 0..<12 {
            #expect(failing.isDue(bad, now))
            failing.note(broken, of: bad, after: .zero, now: now, chance: 1)
            #expect(!failing.isDue(bad, now) && failing.isDue(good, now))
            let next = try #require(failing.nextTry)
            waits.append(next - now)
            now = next
        }
        #expect(waits.first == .milliseconds(500) && waits.last == FailingCollections.backoff.greatest)
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        failing.succeeded(bad)
        #expect(failing.isEmpty && failing.nextTry == nil && failing.error == nil)
        failing.note(broken, of: bad, after: .zero, now: now, chance: 1)
        #expect(failing.nextTry == now + .milliseconds(500))
    }

    @Test("A slow try, and a hub that asks for it, makes the wait longer, within a bound")
    func slow() throws {
        let bad = try name("bad")
        let now = FailingCollectionsTests.start
        for (took, asked, wait) in [(60, nil, 240), (1, 100, 100), (100_000, nil, 900), (0, 100_000, 900)] {
            var failing = FailingCollections()
            let error = ReplicationError(.overloaded, "later", retryAfter: asked.map { Duration.seconds($0) })
            failing.note(error, of: bad, after: .seconds(took), now: now, chance: 1)
            #expect(failing.nextTry == now + .seconds(wait), "\(took) \(asked ?? 0)")
        }
    }

    @Test("What is wrong is told with the collection's name, of many the first ones and how many more")
    func told() throws {
        var failing = FailingCollections()
        for number in 10..<30 {
            let collection = try name("c-\(number)")
            failing.note(broken, of: collection, after: .zero, now: FailingCollectionsTests.start, chance: 0)
        }
        let text = try #require(failing.error?.description)
        #expect(text.hasPrefix("c-10: its feed cannot be trusted; c-11: ") && text.hasSuffix("; and 12 more"))
        failing.keep(only: [try name("c-12")])
        #expect(failing.error?.description == "c-12: its feed cannot be trusted")
    }
}
