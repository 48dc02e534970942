import Replication
import SpokeAgent
import Testing

@Suite("Which hub is in use")
struct HubRotationTests {
    @Test("One hub is never left, however long it is away")
    func single() {
        var rotation = HubRotation(count: 1)
        for second in 0..<1_000 {
            let isLeft = rotation.fail(at: .seconds(second))
            #expect(!isLeft)
        }
        #expect(rotation.shown == [0])
        #expect(!rotation.isLookDue(at: .seconds(5_000)))
    }

    @Test("Another hub is looked for after some failures, or after a while of them, and not after a success between")
    func leaving() {
        var rotation = HubRotation(count: 2)
        let isLeft1 = rotation.fail(at: .seconds(1))
        #expect(!isLeft1)
        let isLeft2 = rotation.fail(at: .seconds(2))
        #expect(!isLeft2)
        rotation.succeed()
        let isLeft3 = rotation.fail(at: .seconds(3))
        #expect(!isLeft3)
        let isLeft4 = rotation.fail(at: .seconds(4))
        #expect(!isLeft4)
        let isLeft5 = rotation.fail(at: .seconds(5))
        #expect(isLeft5)
        var slow = HubRotation(count: 2)
        let isLeftAtOnce = slow.fail(at: .zero)
        let isLeftLater = slow.fail(at: FailoverLimits.patience)
        #expect(!isLeftAtOnce && isLeftLater)
    }

    @Test("What more preferred hubs had is shown behind what the hub in use has")
    func shown() {
        var rotation = HubRotation(count: 3)
        rotation.use(2, at: .zero)
        #expect(rotation.shown == [2, 0, 1])
        #expect(rotation.alternatives == [0, 1])
        #expect(rotation.preferred == 0..<2)
    }

    @Test("After the return, what the other hub had besides is shown for a while")
    func grace() {
        var rotation = HubRotation(count: 2, current: 1)
        rotation.use(0, at: .seconds(100))
        #expect(rotation.shown == [0, 1])
        #expect(rotation.nextMoment == .seconds(100) + FailoverLimits.grace)
        let endsAtOnce = rotation.endGrace(at: .seconds(101))
        let endsThen = rotation.endGrace(at: .seconds(100) + FailoverLimits.grace)
        #expect(!endsAtOnce && endsThen)
        #expect(rotation.shown == [0])
        let endsAgain = rotation.endGrace(at: .seconds(10_000))
        #expect(!endsAgain)
    }

    @Test("Preferred hubs are looked at again and again, at growing and bounded distances", arguments: [0, 0.5, 0.99])
    func looks(_ chance: Double) throws {
        var rotation = HubRotation(count: 2)
        rotation.use(1, at: .zero)
        var now = Duration.zero
        #expect(rotation.isLookDue(at: now))
        for _ in 0..<30 {
            rotation.lookedInVain(at: now, chance: chance)
            #expect(!rotation.isLookDue(at: now))
            let next = try #require(rotation.nextMoment)
            #expect(next > now && next - now <= FailoverLimits.looks.greatest)
            now = next
            #expect(rotation.isLookDue(at: now))
        }
    }
}
