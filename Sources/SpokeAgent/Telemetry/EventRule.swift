package import Federation
internal import JSON

/// Which events of a telemetry log are patterns, and what pattern each is.
package struct EventRule: Sendable, Equatable {
    /// By what an event is known again.
    package enum Identity: Sendable, Equatable {
        /// By what a member says; where there is none, as with `event`.
        case member(MemberPath)
        /// By what these members say together, letter case aside.
        case texts([MemberPath])
        /// By all of it.
        case event
    }

    /// What a payload has, and where in the event it stands.
    package struct Member: Sendable, Equatable {
        package var name: String
        package var source: MemberPath

        package init(_ name: String, _ source: MemberPath) {
            self.name = name
            self.source = source
        }
    }

    /// Where `value_score` comes from.
    package enum Value: Sendable, Equatable {
        case member(MemberPath)
        case fixed(Double)
    }

    /// Part of the ids of what it makes.
    package var name: String
    package var collection: CollectionName
    /// The types it is about, by `event` or `event_type`; all where empty.
    package var events: [String]
    package var conditions: [EventCondition]
    package var identity: Identity
    /// The payload's members; where empty, the whole event without its type.
    package var members: [Member]
    /// Where the event gives no other, there is none.
    package var value: Value?

    package init(
        name: String,
        collection: CollectionName,
        events: [String] = [],
        conditions: [EventCondition] = [],
        identity: Identity = .event,
        members: [Member] = [],
        value: Value? = nil
    ) {
        self.name = name
        self.collection = collection
        self.events = events
        self.conditions = conditions
        self.identity = identity
        self.members = members
        self.value = value
    }
}

extension EventRule {
    /// The rules for the events that are documented and for those that the predecessor really writes.
    ///
    /// None of them gives a value to what has none.
    package static let standard: [EventRule] = [
        skill(
            "pattern-extracted",
            conditions: [
                EventCondition("pattern_extracted", .isOne(of: [true])),
                EventCondition("value_score", .isPresent(true)),
            ],
            identity: .member("pattern_id")
        ),
        error(
            "error-solution",
            conditions: [
                EventCondition("error_type", .isPresent(true)), EventCondition("solution", .isLongerThan(0)),
                EventCondition("confidence_score", .isPresent(true)),
            ],
            identity: .member("error_id")
        ),
        skill(
            "task-completed",
            events: ["task_completed"],
            conditions: [
                EventCondition("task.prompt", .isLongerThan(20)), EventCondition("task.output", .isLongerThan(10)),
                EventCondition("task.prompt", .differs(from: "task.output")),
                EventCondition("task.iteration", .isAtMost(5)), EventCondition("total_iterations", .isAtMost(5)),
            ],
            identity: .texts(["task.prompt", "task.output"]),
            members: [
                Member("skill_name", "task.prompt"), Member("usage_pattern", "task.output"),
                Member("context", "task.context"), Member("backend", "task.backend"),
                Member("iterations", "total_iterations"), Member("timestamp", "timestamp"), Member("scope", "scope"),
                Member("project", "project"), Member("agent_type", "agent_type"), Member("tags", "tags"),
            ],
            value: .member("value_score")
        ),
        error(
            "error-resolution",
            events: ["error_resolution"],
            conditions: [
                EventCondition("error_description", .isLongerThan(0)), EventCondition("solution", .isLongerThan(10)),
                EventCondition("error_description", .differs(from: "solution")),
            ],
            identity: .member("error_id"),
            members: [
                Member("error_message", "error_description"), Member("error_type", "error_type"),
                Member("solution", "solution"), Member("context", "context"),
                Member("resolution_time", "resolution_time"), Member("confidence_score", "confidence_score"),
                Member("timestamp", "timestamp"), Member("scope", "scope"), Member("project", "project"),
                Member("agent_type", "agent_type"), Member("tags", "tags"),
            ],
            value: .member("value_score")
        ),
    ].compactMap(\.self)

    private static func skill(
        _ name: String,
        events: [String] = [],
        conditions: [EventCondition],
        identity: Identity,
        members: [Member] = [],
        value: Value? = nil
    ) -> EventRule? {
        CollectionName("skills-patterns").map {
            EventRule(
                name: name,
                collection: $0,
                events: events,
                conditions: conditions,
                identity: identity,
                members: members,
                value: value
            )
        }
    }

    private static func error(
        _ name: String,
        events: [String] = [],
        conditions: [EventCondition],
        identity: Identity,
        members: [Member] = [],
        value: Value? = nil
    ) -> EventRule? {
        CollectionName("error-solutions").map {
            EventRule(
                name: name,
                collection: $0,
                events: events,
                conditions: conditions,
                identity: identity,
                members: members,
                value: value
            )
        }
    }
}
