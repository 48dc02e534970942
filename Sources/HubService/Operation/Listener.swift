import Glibc
import NIOCore
import ServiceLifecycle

/// A server on an address, whose failure to listen there names the address.
struct Listener: Service {
    let address: ListenAddress
    /// The option that sets the address.
    let option: String
    let server: any Service

    func run() async throws {
        do {
            try await server.run()
        } catch let error as IOError where error.errnoCode == EADDRINUSE {
            throw HubStartError(
                "\(address) is in use by another program; choose another address with \(option), or end that program"
            )
        } catch let error as IOError where error.errnoCode == EACCES || error.errnoCode == EADDRNOTAVAIL {
            throw HubStartError("cannot listen on \(address): \(error); choose another address with \(option)")
        }
    }
}
