package import Federation

/// What is passed on to an upstream.
package struct RelayFilter: Sendable, Equatable {
    /// Names under which the upstream passes things on: what came from it last is not sent back.
    package var excluding: [NodeName]
    /// Only contributions that once had this value; 0: all.
    package var minValue: Double

    package init(excluding: [NodeName], minValue: Double) {
        self.excluding = excluding
        self.minValue = minValue
    }
}
