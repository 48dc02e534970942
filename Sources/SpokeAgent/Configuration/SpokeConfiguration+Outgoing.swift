internal import JSON
internal import Settings

extension SpokeConfiguration {
    /// What of this node's patterns may leave; throws a ``SpokeError``.
    package func outgoing() throws(SpokeError) -> OutgoingRules {
        var sharing = SharingRules()
        if let entry = entries[.share] {
            sharing = try parsed(entry, .share) { try SharingRules($0, place: Setting.share.rawValue) }
        }
        switch entries[.minValue]?.value {
        case .number(let value): sharing.minimumValue = value
        case .integer(let value): sharing.minimumValue = Double(value)
        default: break
        }
        return OutgoingRules(sharing: sharing, contentGuard: try contentGuard())
    }

    /// Which events of telemetry are patterns; throws a ``SpokeError``.
    package func eventRules() throws(SpokeError) -> [EventRule] {
        guard let entry = entries[.telemetry] else { return EventRule.standard }
        return try parsed(entry, .telemetry) { try EventRule.rules($0, place: Setting.telemetry.rawValue) }
    }

    /// Reads the value of a setting, which was read before and so is right.
    private func parsed<Value>(
        _ entry: Entry,
        _ setting: Setting,
        _ read: (JSONNode) throws -> Value
    ) throws(SpokeError) -> Value {
        do { return try read(JSONDocument(parsing: entry.value.bytes).root) } catch {
            throw SpokeError(.configuration, "\(origin(of: setting)): \(error)")
        }
    }
}
