internal import JSON

/// Which patterns their owner wants to share.
package struct SharingRules: Sendable, Equatable {
    package init() {}

    /// The same key, the same answers.
    var key: String { "all" }

    /// Why a pattern with this payload and value is not shared, as a stable code; `nil` where it is.
    func exclusion(of payload: JSONNode, value: Double) -> String? {
        nil
    }
}
