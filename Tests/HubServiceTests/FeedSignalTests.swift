import Federation
import HubService
import Testing

@Suite("Waking those who wait for changes")
struct FeedSignalTests {
    private static let region = NodeName("us")
    /// Longer than any of these tests takes.
    private static let long = Duration.seconds(60)

    @Test("A hub's generation does not grow with what it passed on; everybody else's does")
    func generations() async {
        let signal = FeedSignal()
        await signal.announce(passedOnBy: Self.region)
        #expect(await signal.generation(for: Self.region) == 0)
        #expect(await signal.generation(for: NodeName("asia")) == 1)
        #expect(await signal.generation() == 1)
        await signal.announce()
        #expect(await signal.generation(for: Self.region) == 1)
        #expect(await signal.generation() == 2)
    }

    @Test("A change that came between the look and the wait ends the wait, unless it is no news")
    func between() async {
        let signal = FeedSignal()
        let seen = await signal.generation(for: Self.region)
        await signal.announce(passedOnBy: Self.region)
        #expect(await signal.wait(beyond: seen, atMost: Self.long))
        #expect(await signal.wait(beyond: seen, for: Self.region, atMost: .milliseconds(20)) == false)
        await signal.announce(passedOnBy: NodeName("asia"))
        #expect(await signal.wait(beyond: seen, for: Self.region, atMost: Self.long))
    }

    @Test("Of those who wait, a hub goes on waiting through what it passed on, and is woken by the next news")
    func waiting() async {
        let signal = FeedSignal()
        let seen = await signal.generation(for: Self.region)
        async let others = signal.wait(beyond: 0, atMost: Self.long)
        async let own = signal.wait(beyond: seen, for: Self.region, atMost: Self.long)
        await signal.announce(passedOnBy: Self.region)
        #expect(await others)
        await signal.announce()
        #expect(await own)
    }

    @Test("A hub that stops lets everybody go")
    func closing() async {
        let signal = FeedSignal()
        async let waiter = signal.wait(beyond: 0, for: Self.region, atMost: Self.long)
        await signal.close()
        #expect(await waiter == false)
        #expect(await signal.wait(beyond: 0, atMost: Self.long) == false)
    }
}
