import Digest
import Federation
import Testing
import TestSupport

@Suite("What a review leaves standing")
struct ReviewTests {
    private let policy = Histories.policy(.manual)
    private let chosen = Histories.contribution(id: 1, origin: 1, revision: 1, text: "chosen", value: 0.8, time: 0)
    private let other = Histories.contribution(id: 1, origin: 2, revision: 1, text: "rejected", value: 0.9, time: 0)

    private func candidate(_ contribution: Contribution) -> Candidate {
        var candidate = Histories.known(Candidate(contribution, under: policy))
        candidate.payload = contribution.content?.payload
        return candidate
    }

    private func statement(_ subject: Resolution.Subject, _ decision: Resolution.Decision) -> Resolution {
        Resolution(
            subject: subject,
            origin: Histories.known(NodeName("hub-1")),
            revision: 1,
            decision: decision,
            covers: [chosen, other].map(\.version.checksum),
            reason: "looked at it",
            decidedBy: "olga",
            decidedAt: Timestamp(microseconds: 1)
        )
    }

    private func decide(_ candidates: [Candidate], _ standing: StandingResolutions) -> Decision {
        Decision(
            of: chosen.id,
            among: candidates,
            resolution: standing.deciding(chosen.id, under: policy, SHA256()),
            under: policy,
            hasher: SHA256()
        )
    }

    @Test("A rejected content does not take the place of the chosen one when that is retracted or erased")
    func lapsed() throws {
        var content = try #require(ResolvedContent(choosing: candidate(chosen)))
        var standing = StandingResolutions()
        standing.patterns[chosen.id] = statement(.pattern(chosen.id), .content(content))
        #expect(decide([candidate(chosen), candidate(other)], standing).candidate?.origin == chosen.origin)

        let digest = Histories.contentDigest(content.payload)
        standing.contents[digest] = statement(.content(digest), .retracted)
        // The chosen contribution is withheld, so the rejected one is the only candidate.
        let retracted = decide([candidate(other)], standing)
        #expect(retracted.state == .conflict)
        #expect(retracted.candidate == nil)

        content.payload = []
        standing = StandingResolutions()
        standing.patterns[chosen.id] = statement(.pattern(chosen.id), .content(content))
        #expect(decide([candidate(other)], standing) == retracted)
    }
}
