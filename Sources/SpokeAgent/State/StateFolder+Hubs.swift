internal import Digest
package import Federation
package import Replication

/// The states of several hubs: that of the first is in the folder itself, each further one has a folder of its own below.
extension StateFolder {
    /// Names the state in the folder itself among those that are shown.
    package static let ownName = "."
    /// The folder of the states of further hubs.
    static let hubsName = "hubs"
    /// The name of the state that holds what is shown of several hubs.
    static let shownName = "shown"
    /// Characters of a host that a name of a state begins with.
    private static let hostCharacters = 64
    /// Digits that tell hubs of one host apart.
    private static let digestDigits = 12

    /// The name of the state of a further hub at `endpoint`, which lasts.
    package static func name(of endpoint: HubEndpoint) -> String {
        let digest: SHA256Digest = SHA256.digest(of: Array(endpoint.text.utf8))
        let host = endpoint.host.prefix(hostCharacters).map { character -> Character in
            character.isASCII && (character.isLetter || character.isNumber || "-.".contains(character))
                ? character : "_"
        }
        return "\(hubsName)/\(String(host))-\(digest.hex.prefix(digestDigits))"
    }

    /// Opens the further state called `name`, or makes a new one; see ``open(at:notice:)``.
    package func openFurther(_ name: String, at now: Timestamp, notice: (String) -> Void) throws -> SpokeState {
        try further(name).open(at: now, notice: notice)
    }

    /// The folder of the further state called `name`.
    func further(_ name: String) -> StateFolder { StateFolder("\(path)/\(name)") }

    /// Opens the state to be read beside a running spoke, with what is shown of other hubs; throws ``SpokeError`` where
    /// there is none.
    package func openExisting() throws -> SpokeState {
        let state = try openAlone()
        let names = try state.shownNames()
        guard !names.isEmpty else { return state }
        var shown: [SpokeState.Layer] = []
        for name in names {
            let further = further(name)
            if name == StateFolder.ownName {
                shown.append(.own)
            } else if further.exists {
                shown.append(.other(try further.openAlone()))
            }
        }
        state.layers = shown
        return state
    }

    /// The states of further hubs, by name.
    package func furtherStates() throws -> [(name: String, state: SpokeState)] {
        try hubNames.compactMap { further($0).exists ? ($0, try further($0).openAlone()) : nil }
    }

    /// This folder, and those of everything that is kept of further hubs.
    var withFurther: [StateFolder] {
        [self] + (hubNames + [StateFolder.shownName]).map(further).filter(\.exists)
    }

    private var hubNames: [String] {
        Folder.names(in: "\(path)/\(StateFolder.hubsName)").map { "\(StateFolder.hubsName)/\($0)" }
    }
}
