import Federation

/// Runs `operation`, or throws `problem` when it has not ended after `seconds`.
func withDeadline<Value: Sendable>(
    seconds: Int64,
    _ problem: Problem,
    _ operation: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask(operation: operation)
        group.addTask {
            try await Task.sleep(for: .seconds(seconds))
            throw problem
        }
        defer { group.cancelAll() }
        guard let value = try await group.next() else { throw problem }
        return value
    }
}
