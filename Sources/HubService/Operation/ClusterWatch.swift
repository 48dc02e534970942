import Logging
import PostgresCluster
import ServiceLifecycle

/// Starts the embedded database again whenever it ends while the hub is serving.
struct ClusterWatch: Service {
    let cluster: PostgresCluster
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { [cluster, logger] in
            await cluster.supervise { event in
                logger.warning("embedded database", metadata: ["event": .string("\(event)")])
            }
        }
    }
}
