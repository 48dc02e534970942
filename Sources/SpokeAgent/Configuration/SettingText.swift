package import Federation
package import Replication
package import Settings

/// The shapes of single settings, each read strictly, wherever they were written; they throw `InvalidSetting`.
package enum SettingText {
    package static func endpoint(_ text: String) throws(InvalidSetting) -> HubEndpoint {
        guard let endpoint = HubEndpoint(text) else {
            // A password that was given in it is not shown.
            let shown = text.contains("@") ? "this" : "'\(ShownText.of(text))'"
            let advice = text.contains("://") ? "" : "; it begins with https:// or http://"
            throw InvalidSetting(
                description: "\(shown) is no hub's address, which is like https://hub.example:8092, without user,"
                    + " password or query\(advice)"
            )
        }
        return endpoint
    }

    package static func node(_ text: String) throws(InvalidSetting) -> NodeName {
        guard let node = NodeName(text) else {
            throw InvalidSetting(
                description: "a node's name is 1-64 letters, digits, dots, hyphens and underscores"
            )
        }
        return node
    }

    package static func collection(_ text: String) throws(InvalidSetting) -> CollectionName {
        guard let name = CollectionName(text) else {
            throw InvalidSetting(
                description: "'\(ShownText.of(text))' is no collection's name, which is like skills-patterns"
            )
        }
        return name
    }

    package static func syncInterval(_ seconds: Int64) throws(InvalidSetting) -> SyncInterval {
        guard let interval = Int(exactly: seconds).flatMap(SyncInterval.init(seconds:)) else {
            throw InvalidSetting(
                description: "an interval is between \(SyncInterval.shortest) and \(SyncInterval.longest) seconds"
            )
        }
        return interval
    }

    package static func value(_ number: Double) throws(InvalidSetting) -> Double {
        guard (0...1).contains(number) else { throw InvalidSetting(description: "a value is between 0 and 1") }
        return number
    }

    /// A path as it is meant in the folder `base`, with `home` for a tilde.
    static func path(_ text: String, base: String?, home: String?) throws(InvalidSetting) -> String {
        if text == "~" || text.hasPrefix("~/") {
            guard let home else {
                throw InvalidSetting(description: "'\(text)' cannot be followed, because HOME is not set")
            }
            return home + text.dropFirst()
        }
        guard let base, !text.hasPrefix("/") else { return text }
        return "\(base)/\(text)"
    }

    /// A part of a whole, from 1 to 100.
    static func percent(_ number: Int64) throws(InvalidSetting) -> Int64 {
        guard (1...100).contains(number) else { throw InvalidSetting(description: "is no percentage from 1 to 100") }
        return number
    }

    /// `KIND:PLACE`, whose kind is one of `kinds`, with the place, where it is a path, as it is meant in the folder `base`.
    static func place(_ text: String, kinds: [String], base: String?, home: String?) throws(InvalidSetting) -> String {
        let argument: PlaceArgument
        do throws(SpokeError) {
            argument = try PlaceArgument(text, kinds: kinds, home: home)
        } catch { throw InvalidSetting(description: error.description) }
        if argument.place.contains("://") {
            do throws(SpokeError) { try argument.checkAddress() } catch {
                throw InvalidSetting(description: error.description)
            }
            return text
        }
        return "\(argument.kind):\(try path(argument.place, base: base, home: home))"
    }
}
