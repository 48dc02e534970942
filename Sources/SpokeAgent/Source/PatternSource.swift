package import Federation

/// Where this node's own patterns stand, in whatever form; asked in every round.
///
/// A source has parts, such as a file for each collection. Whatever a part is, what it hands out are records of one form,
/// and everything behind it is the same for all sources.
package protocol PatternSource: Sendable {
    /// As it is given on the command line, such as `jsonl:patterns`.
    var argument: String { get }

    /// The folder it reads, where it reads one.
    var folder: String? { get }

    /// What it has something of, whether the hub has such a collection or not; throws a ``SpokeError``.
    func contents() throws -> [SourceContent]

    /// Says what is not there yet and need not be, for people; nothing where all there could be is there.
    var absence: String? { get }

    /// The names of all parts that could hold patterns of `collection`, whether they are there or not.
    func parts(of collection: CollectionName) -> [String]

    /// Whether the part called `name`, which contributed to a collection before, is still this source's, though nothing
    /// more of that collection is looked for in it.
    func keeps(_ name: String) -> Bool

    /// Opens the part called `name`; `nil` where there is none, and a ``SpokeError`` where it cannot be read now.
    func open(_ name: String, of policy: CollectionPolicy, _ context: SourceContext) throws -> (any SourcePart)?

    /// What tells, without reading them, whether its parts are still the same; nothing where only reading tells.
    func changeMarks() -> [String]
}

extension PatternSource {
    package var absence: String? { nil }

    package func keeps(_ name: String) -> Bool { false }
}

/// What a source has something of.
package struct SourceContent: Sendable, Equatable {
    /// A collection's name, or what stands in the place of one.
    package var name: String
    /// Where it stands, for people.
    package var place: String

    package init(name: String, place: String) {
        self.name = name
        self.place = place
    }
}

/// What sources need besides their own settings.
package struct SourceContext {
    package let state: SpokeState
    /// The number of the collection in the state.
    let collection: Int64
    let now: () -> Timestamp
    let shouldStop: () -> Bool
    /// The state that sinks follow, where that is another one.
    var shown: SpokeState?
    /// Whether nothing may be read on or kept, only told whether there is something new.
    var isLookingOnly = false
}

/// A part of a source, open for one round.
package protocol SourcePart: AnyObject {
    /// A path or an address, for people, and for the state to know it again.
    var name: String { get }

    /// What tells, without reading it, whether the part is the same as before; `nil` where only reading tells.
    var fingerprint: String? { get }

    /// Whether a pattern that the part does not hold any more was taken back.
    var isWhole: Bool { get }

    /// Whether a change after `now` is sure to show in ``fingerprint``.
    func isSettled(at now: Timestamp) -> Bool

    /// Reads the part from its beginning to its end.
    func forEachRecord(_ body: (SourceRecord) throws -> Void) throws

    /// Says which records are asked for next, in this order, so that they can be read together.
    func expect(_ places: [SourcePlace])

    /// Reads one record again; `nil` where it is gone.
    func record(at place: SourcePlace) throws -> [UInt8]?

    /// How much of what it was last read through is no pattern to anybody, by stable codes that say why.
    var passedOver: [String: Int64] { get }

    /// Whether sinks may have put there what it holds, so that other sources know better.
    var isFilledBySinks: Bool { get }

    /// Takes note that everything it offers is settled.
    func noteSettled() throws
}

extension SourcePart {
    package var isFilledBySinks: Bool { false }

    package func expect(_ places: [SourcePlace]) {}
    package var passedOver: [String: Int64] { [:] }

    package func noteSettled() {}
}
