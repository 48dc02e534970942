package import JSON

extension QdrantClient {
    /// Calls `body` with each point of a collection, in the order of ids, as it arrives.
    ///
    /// A page that breaks off is asked for again from the last point that came, so each is handed out once.
    package func forEachPoint(
        of collection: String,
        _ selection: PointSelection,
        _ body: (PointSlice) throws -> Void
    ) throws {
        var scroll = Scroll(limit: selection.pagePoints)
        repeat {
            try retrying {
                do {
                    try page(of: collection, selection, &scroll, body)
                } catch let error as QdrantError where error.kind == .tooLarge && scroll.limit > 1 {
                    scroll.limit = max(1, scroll.limit / 4)
                    try page(of: collection, selection, &scroll, body)
                }
            }
            guard scroll.count < QdrantLimits.scrolledPoints else { throw notQdrant("its points have no end") }
        } while !scroll.isDone
    }

    /// How far a scroll is.
    private struct Scroll {
        var limit: Int
        /// The id to go on with, as JSON; `nil` at the beginning.
        var offset: String?
        /// The last point handed out.
        var last: String?
        var count = 0
        var isDone = false
    }

    private func page(
        of collection: String,
        _ selection: PointSelection,
        _ scroll: inout Scroll,
        _ body: (PointSlice) throws -> Void
    ) throws {
        var members = selection.members
        members.append(.init("limit", .integer(Int64(scroll.limit))))
        if let offset = scroll.offset { members.append(.init("offset", .raw(Array(offset.utf8)))) }
        if let filter = selection.filter { members.append(.init("filter", filter)) }
        var splitter = NestedArraySplitter(
            path: ["result", "points"],
            limit: QdrantLimits.pointBytes,
            restLimit: QdrantLimits.answerBytes
        )
        var state = scroll
        defer { scroll = state }
        try send(
            .post,
            path(collection) + "/points/scroll",
            .object(members),
            deadline: QdrantLimits.large,
            maximumReplyBytes: QdrantLimits.pageBytes
        ) { bytes in
            try split(bytes, &splitter) { point in
                // Pages begin with the point they are asked to begin with.
                guard point.key != state.last else { return }
                try body(point)
                state.last = point.key
                // Where this page breaks off, the next one begins here.
                state.offset = point.key
                state.count += 1
            }
        }
        let next = try end(&splitter)["next_page_offset"]
        guard let next, next != "null" else {
            state.isDone = true
            return
        }
        guard next != scroll.offset || state.count > scroll.count else { throw notQdrant("a page leads to itself") }
        state.offset = next
    }

    /// Calls `body` with each of the points `keys`, which are ids as JSON, that there are, in any order.
    package func points(
        _ keys: [String],
        of collection: String,
        _ selection: PointSelection,
        _ body: (PointSlice) throws -> Void
    ) throws {
        guard !keys.isEmpty else { return }
        let ids = JSONValue.array(keys.map { .raw(Array($0.utf8)) })
        var seen: Set<String> = []
        try retrying {
            var splitter = NestedArraySplitter(
                path: ["result"],
                limit: QdrantLimits.pointBytes,
                restLimit: QdrantLimits.answerBytes
            )
            try send(
                .post,
                path(collection) + "/points",
                .object([.init("ids", ids)] + selection.members),
                deadline: QdrantLimits.large,
                maximumReplyBytes: QdrantLimits.pageBytes
            ) { bytes in
                try split(bytes, &splitter) { point in
                    if seen.insert(point.key).inserted { try body(point) }
                }
            }
            _ = try end(&splitter)
        }
    }

    /// How many points meet `filter`, exactly.
    package func count(of collection: String, filter: JSONValue?) throws -> Int64 {
        var members: [JSONValue.Member] = [.init("exact", true)]
        if let filter { members.append(.init("filter", filter)) }
        let target = path(collection) + "/points/count"
        let answer = try result(.post, target, .object(members), deadline: QdrantLimits.large)
        guard let count = answer["count"]?.integer else { throw notQdrant("a count without a number") }
        return count
    }

    private func split(
        _ bytes: UnsafeRawBufferPointer,
        _ splitter: inout NestedArraySplitter,
        _ body: (PointSlice) throws -> Void
    ) throws {
        do {
            try splitter.split(bytes) { record in
                guard let point = PointSlice(record) else { throw notQdrant("a point without an id") }
                try body(point)
            }
        } catch let error as JSONError {
            throw notQdrant("\(error)")
        }
    }

    /// The members of `result` behind the last byte of an answer, as they are written.
    private func end(_ splitter: inout NestedArraySplitter) throws -> [String: String] {
        do {
            try splitter.finish { _ in }
        } catch let error as JSONError {
            throw notQdrant("\(error)")
        }
        guard splitter.isFound else { throw notQdrant("an answer without points") }
        return splitter.rest.withUnsafeBytes { rest in
            guard let result = RawObject(rest)["result"], let next = RawObject(result)["next_page_offset"] else {
                return [:]
            }
            return ["next_page_offset": String(decoding: next, as: UTF8.self)]
        }
    }
}
