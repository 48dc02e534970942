package import JSON

/// What a snapshot holds at one place.
package enum SnapshotEntry {
    case item(SnapshotItem, SnapshotPlace)
    /// Something that cannot be a pattern; `nil` where not even its id can be read.
    case refused(PatternID?, Refusal, RecordSlice, SnapshotPlace)
}
