package import Federation

/// What a hub says when it is asked for its manifest.
package enum ManifestAnswer: Sendable {
    /// It is still the one that the entity tag names.
    case notModified
    /// It is this one, under this entity tag.
    case document(ManifestDocument, entityTag: String?)
}
