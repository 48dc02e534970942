import Replication
import Testing

@Suite("When hubs are compared that seem to have everything of each other")
struct ComparisonScheduleTests {
    private static let start = ContinuousClock.now

    private func schedule(hasEqualDigests: Bool = true) -> ComparisonSchedule {
        ComparisonSchedule(every: .seconds(300), hasEqualDigests: hasEqualDigests, now: ComparisonScheduleTests.start)
    }

    private func at(_ seconds: Int64) -> ContinuousClock.Instant { ComparisonScheduleTests.start + .seconds(seconds) }

    private func look(
        _ schedule: inout ComparisonSchedule,
        _ finding: ComparisonSchedule.Finding,
        _ now: ContinuousClock.Instant
    ) -> Bool {
        schedule.note(finding, now: now)
    }

    @Test("Digests are looked at once every interval, and as soon as nothing is on its way")
    func due() {
        var schedule = schedule()
        #expect(!schedule.isDue(at(299)) && schedule.isDue(at(300)))
        #expect(look(&schedule, .pending, at(300)) == false)
        #expect(schedule.isDue(at(301)))
        #expect(look(&schedule, .equal, at(301)) == false)
        #expect(!schedule.isDue(at(600)) && schedule.isDue(at(601)))
    }

    @Test("What differs twice in a row is compared; once is not enough")
    func twice() {
        var schedule = schedule()
        #expect(look(&schedule, .different, at(300)) == false)
        #expect(look(&schedule, .equal, at(600)) == false)
        #expect(look(&schedule, .different, at(900)) == false)
        #expect(look(&schedule, .different, at(1_200)) == true)
    }

    @Test("What comparing does not mend is compared less and less often, at last once a day; what became equal is anew")
    func backsOff() {
        var schedule = schedule()
        var compared: [Int64] = []
        for seconds in stride(from: Int64(300), to: 10 * 86_400, by: 300)
        where schedule.note(.different, now: at(seconds)) { compared.append(seconds) }
        let waits = zip(compared, compared.dropFirst()).map { $1 - $0 }
        #expect(compared.first == 600 && waits.first == 900)
        #expect(zip(waits, waits.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(waits.last == 86_400 && compared.count < 20)
        let end: Int64 = 10 * 86_400
        #expect(look(&schedule, .equal, at(end)) == false)
        #expect(look(&schedule, .different, at(end + 300)) == false)
        #expect(look(&schedule, .different, at(end + 600)) == true)
    }

    @Test("A link whose digests cannot be equal, and one that is never quiet, is compared every hour")
    func unseen() {
        for (finding, hasEqualDigests) in [(ComparisonSchedule.Finding.equal, false), (.pending, true)] {
            var schedule = schedule(hasEqualDigests: hasEqualDigests)
            let compared = stride(from: Int64(300), through: 2 * 3_600, by: 300).filter {
                schedule.note(finding, now: at($0))
            }
            #expect(compared == [3_600, 7_200])
        }
    }
}
