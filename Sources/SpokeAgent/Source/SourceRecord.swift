package import JSON

/// One record of a source: a JSON object with `id`, `payload`, and maybe `vector` and `vector_model`.
package struct SourceRecord {
    /// Which one it is, counted from 1 as people would: lines of a file, blank ones too; 0 where
    /// people could not count them.
    package var number: Int64
    package var place: SourcePlace
    /// Of a record over the limit, its beginning.
    package var text: RecordSlice
    /// What is wrong where it stands, if the part itself found that; then nobody knows which pattern it is.
    package var problem: String?
    /// Whether the record leaves out a vector that it may have, and that is there when it is read again.
    package var leavesOutVector: Bool

    package init(
        number: Int64,
        place: SourcePlace,
        text: RecordSlice,
        problem: String? = nil,
        leavesOutVector: Bool = false
    ) {
        self.number = number
        self.place = place
        self.text = text
        self.problem = problem
        self.leavesOutVector = leavesOutVector
    }

    /// Where the record `number` of a part stands, for people.
    static func place(in part: String, _ number: Int64) -> String {
        number > 0 ? "\(part):\(number)" : part
    }
}

/// Where a record stands in its part, in the part's own terms.
package struct SourcePlace: Sendable, Equatable {
    package var offset: Int64
    package var length: Int
    /// Where records are found by name rather than by position.
    package var key: String?

    package init(offset: Int64, length: Int, key: String? = nil) {
        self.offset = offset
        self.length = length
        self.key = key
    }
}
