/// Ids that follow from names, so that whoever reads the same gives the same id.
package enum NameBasedID {
    /// The UUID of version 5 that `names` lead to together.
    package static func id(of names: [String]) -> PatternID {
        var name: [UInt8] = []
        for part in names {
            name.append(0)
            name += part.utf8
        }
        return PatternID(canonical: Array(UUIDText.format(QdrantID.nameBased(in: QdrantID.namespace, name: name)).utf8))
    }
}
