package import Federation
internal import JSON
internal import SQLite

/// What meeting a hub meant for the state.
package enum HubRecognition: Sendable, Equatable {
    /// The state was empty.
    case first
    /// The same hub, history, node and enrolment as before.
    case same
    /// The hub's history changed, or this node was enrolled anew.
    case historyChanged
    /// The state was made for another hub or as another node.
    case other
}

extension SpokeState {
    /// Makes the state one of the hub and node that `manifest` names.
    ///
    /// With another history, own statements and winners are read again before anything is offered; with another hub or
    /// node, nothing that was offered counts any more. Where all is as before, nothing is written, so that news are not
    /// held up; see ``keep(_:entityTag:endpoint:)``.
    package func recognize(_ manifest: ManifestDocument, entityTag: String?, endpoint: String) throws -> HubRecognition
    {
        let recognition = try compare(manifest)
        guard recognition != .same else { return .same }
        try database.transaction {
            switch recognition {
            case .first, .same: break
            case .historyChanged: try forgetPositions()
            case .other:
                try database.execute(
                    """
                    DELETE FROM offered;
                    DELETE FROM source_files;
                    DELETE FROM foreign_contents;
                    -- What came in files was others' before, and still is.
                    INSERT INTO foreign_contents (collection, content_digest, id)
                    SELECT collection, content_digest, id FROM imported;
                    """
                )
                try forgetPositions()
            }
            try keep(manifest, entityTag: entityTag, endpoint: endpoint)
        }
        return recognition
    }

    /// Keeps `manifest` and its entity tag as those of the hub at `endpoint`, within a transaction of the caller's.
    func keep(_ manifest: ManifestDocument, entityTag: String?, endpoint: String) throws {
        try setFact(.hub, manifest.identity.hub)
        try setFact(.epoch, manifest.identity.epoch)
        try setFact(.node, manifest.node.text)
        try setFact(.incarnation, String(manifest.incarnation))
        try setFact(.endpoint, endpoint)
        try setFact(.manifest, manifest.json.text)
        try setFact(.entityTag, entityTag)
    }

    private func compare(_ manifest: ManifestDocument) throws -> HubRecognition {
        guard let hub = try fact(.hub) else { return .first }
        guard hub == manifest.identity.hub, try fact(.node) == manifest.node.text else { return .other }
        let isSame =
            try fact(.epoch) == manifest.identity.epoch && fact(.incarnation) == String(manifest.incarnation)
        return isSame ? .same : .historyChanged
    }

    private func forgetPositions() throws {
        try database.execute(
            """
            UPDATE collections SET cursor = NULL, is_sweeping = 0, needs_statements = 1, scan_key = NULL,
                reported_cursor = NULL, statements_cursor = NULL, resolutions_cursor = NULL;
            DELETE FROM withdrawn
            """
        )
    }

    /// Makes sure that own statements are read again before anything is offered, because the hub's history changed.
    package func forgetHistory() throws {
        try database.transaction {
            try forgetPositions()
            try setFact(.entityTag, nil)
        }
    }

    /// The manifest held and its entity tag, where the state is one of `node` at `endpoint`.
    package func heldManifest(of node: NodeName, at endpoint: String) throws -> (ManifestDocument, entityTag: String)? {
        guard try fact(.node) == node.text, try fact(.endpoint) == endpoint, let entityTag = try fact(.entityTag),
            let manifest = try keptManifest()
        else { return nil }
        return (manifest, entityTag)
    }

    /// The manifest held, whoever it is of.
    func keptManifest() throws -> ManifestDocument? {
        guard let text = try fact(.manifest), let document = try? JSONDocument(parsing: Array(text.utf8)) else {
            return nil
        }
        return ManifestDocument(document.root)
    }
}
