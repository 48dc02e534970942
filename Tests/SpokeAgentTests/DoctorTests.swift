import Federation
import Glibc
import Replication
import SpokeAgent
import Synchronization
import Testing

@Suite("Doctor")
struct DoctorTests {
    private static let second: Int64 = 1_000_000

    @Test("A look that never ends is not waited for")
    func deadline() {
        let clock = ContinuousClock()
        let began = clock.now
        let gate = Gate()
        let outcome = BoundedWork.run(within: .milliseconds(50)) {
            gate.wait()
            return 1
        }
        gate.open()
        #expect(outcome == nil)
        #expect(clock.now - began < .seconds(10))
        #expect(BoundedWork.run(within: .seconds(10)) { 7 } == 7)
    }

    /// Holds a thread until it is opened.
    private final class Gate: Sendable {
        private let isOpen = Atomic<Bool>(false)

        func open() { isOpen.store(true, ordering: .releasing) }

        func wait() { while !isOpen.load(ordering: .acquiring) { poll(nil, 0, 5) } }
    }

    @Test("Findings are aligned, each with what to do, and the worst one counts")
    func diagnosis() {
        let diagnosis = Diagnosis([
            .ok("hub", "answers"), .warning("state", "is open", fix: "close it"),
            .problem("configuration", "has\u{1B}[31m colour", fix: "paint it"),
        ])
        #expect(
            diagnosis.text == """
                ok       hub            answers
                warning  state          is open
                                        -> close it
                problem  configuration  has?[31m colour
                                        -> paint it
                1 problem, 1 warning.
                """
        )
        #expect(diagnosis.status == .failure)
        #expect(Diagnosis([.ok("hub", "answers")]).text.hasSuffix("All is well."))
        #expect(Diagnosis([.ok("hub", "answers"), .warning("state", "open", fix: "close")]).status == .ok)
    }

    @Test(
        "Dates of replies are read in the form that all servers send",
        arguments: [
            ("Sat, 21 Nov 2026 08:30:00 GMT", "2026-11-21T08:30:00.000000Z"),
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000000Z"),
            ("Mon, 29 Feb 2028 23:59:59 GMT", "2028-02-29T23:59:59.000000Z"),
            ("Saturday, 21-Nov-26 08:30:00 GMT", nil), ("Sat Nov 21 08:30:00 2026", nil),
            ("Sat, 21 Nov 2026 08:30:00 CET", nil), ("Sat, 31 Nov 2026 08:30:00 GMT", nil), ("", nil),
            ("Sat, 21 Nov 2026 25:30:00 GMT", nil), ("Sat, 1 Nov 2026 08:30:00 GMT", nil),
        ] as [(String, String?)]
    )
    func dates(text: String, time: String?) {
        #expect(HTTPDate.read(text)?.description == time)
    }

    /// By how much a clock is said to be ahead that sent at `sent` and had the answer at `received`, in milliseconds after
    /// the second that the hub named.
    private func ahead(sent: Int64, received: Int64) -> Int64? {
        let date = Timestamp(microseconds: 1_000 * DoctorTests.second)
        return HubSighting(
            outcome: .unanswered(""),
            date: date,
            sentAt: Timestamp(microseconds: date.microseconds + sent * 1_000),
            receivedAt: Timestamp(microseconds: date.microseconds + received * 1_000)
        ).clockAhead
    }

    @Test("A clock is wrong only by what neither the date's second nor the time of the request explains")
    func clocks() {
        #expect(ahead(sent: 0, received: 10) == 0)
        #expect(ahead(sent: 999, received: 1_500) == 0)
        #expect(ahead(sent: -5_000, received: 5_000) == 0)
        #expect(ahead(sent: 61_000, received: 61_100) == 60)
        #expect(ahead(sent: -60_100, received: -60_000) == -60)
        #expect(ahead(sent: -100_000, received: -60_000) == -60)
        let unknown = Timestamp(microseconds: 0)
        #expect(HubSighting(outcome: .unanswered(""), sentAt: unknown, receivedAt: unknown).clockAhead == nil)
    }

    @Test("Without settings that can be used the reason is the one finding")
    func noSettings() {
        let doctor = Doctor(Surroundings(environment: [:])) { Timestamp(microseconds: 0) }
        let diagnosis = doctor.examine(.failure(SpokeError(.configuration, "line 3: wrong")))
        #expect(diagnosis.findings.map(\.found) == ["line 3: wrong"])
        #expect(diagnosis.status == .failure)
    }
}
