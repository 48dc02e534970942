package import Federation
package import HubStore
package import JSON

extension UpstreamStatus {
    /// How it stands, in one word.
    package enum State: String, Sendable {
        /// The last exchange succeeded.
        case answering
        /// The last exchange failed.
        case failing
        /// It was never reached yet.
        case unheard
        /// No process replicates with it at present.
        case idle
    }

    /// How it stands at `now`.
    package func state(now: Timestamp) -> State {
        guard let until = upstream.leasedUntil, until > now else { return .idle }
        if upstream.failures > 0 { return .failing }
        return upstream.contactedAt == nil ? .unheard : .answering
    }

    /// The status as others see it: with its settings, errors and what was refused only `withDetails`, for operators.
    package func json(now: Timestamp, withDetails: Bool) -> JSONValue {
        var members =
            withDetails
            ? upstream.settings
            : [.init("url", .string(upstream.url)), .init("node", .string(upstream.node.text))]
        members += [
            .init("state", .string(state(now: now).rawValue)),
            .init("hub", upstream.hubID.map(JSONValue.string) ?? .null),
            .init("name", .text(upstream.hubName)),
            .init("contacted_at", .text(upstream.contactedAt)),
            .init("agreed", .boolean(upstream.epoch != nil)),
            .init("failures", .integer(Int64(upstream.failures))),
        ]
        if withDetails {
            members.append(.init("failed_at", .text(upstream.failedAt)))
            members.append(.init("error", upstream.error.map(JSONValue.string) ?? .null))
        }
        members.append(.init("flows", .array(flows.map(\.json))))
        members.append(.init("lacking_collections", .array(lacking.map { .string($0.collection.text) })))
        if withDetails { members.append(.init("refusals", .array(refusals.map(\.json)))) }
        members.append(.init("relayed_origins", .array(relayedOrigins.map(\.json))))
        return .object(members)
    }
}

extension Upstream {
    /// How it was set up, for operators.
    package var settings: [JSONValue.Member] {
        [
            .init("url", .string(url)),
            .init("node", .string(node.text)),
            .init("token_file", .string(tokenFile)),
            .init("collections", collections.map { .array($0.map { .string($0.text) }) } ?? .null),
            .init("min_value", .number(minValue)),
            .init("sync_interval", .integer(Int64(syncIntervalSeconds))),
            .init("from", .string(source)),
            .init("added_at", .string(addedAt.description)),
        ]
    }

    /// Where it comes from, in one word.
    package var source: String { isConfigured ? "configuration" : "command" }
}

extension UpstreamStatus.Flow {
    fileprivate var json: JSONValue {
        [
            "collection": .string(collection.text),
            "feed": .string(feed.rawValue),
            "direction": .string(direction.rawValue),
            "items_behind": .integer(itemsBehind),
            "seconds_behind": .integer(secondsBehind),
            "moved": .integer(moved),
            "refused": .integer(refused),
            "moved_at": .text(movedAt),
        ]
    }
}

extension UpstreamRefusal {
    fileprivate var json: JSONValue {
        [
            "collection": .string(collection.text),
            "id": .string(key.id.description),
            "origin": .string(key.origin.text),
            "revision": .integer(revision),
            "code": .string(code),
            "detail": .string(detail),
            "refused_at": .text(refusedAt),
        ]
    }
}

extension RelayedOrigin {
    fileprivate var json: JSONValue {
        [
            "collection": .string(collection.text),
            "origin": .string(origin.text),
            "incarnation": .integer(Int64(incarnation)),
            "statements": .integer(statements),
            "first_at": .string(firstAt.description),
            "last_at": .string(lastAt.description),
        ]
    }
}

extension JSONValue {
    /// A name or time as text; `null` where there is none.
    fileprivate static func text(_ value: (some CustomStringConvertible)?) -> JSONValue {
        value.map { .string($0.description) } ?? .null
    }
}
