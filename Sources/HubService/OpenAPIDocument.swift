import Federation
import HTTPTypes
import Hummingbird

/// The hub's description of its own HTTP interface.
enum OpenAPIDocument {
    static let response = Response(
        status: .ok,
        headers: [.contentType: ProtocolPaths.json],
        body: .init(byteBuffer: ByteBuffer(bytes: PackageResources.openapi_json))
    )
}
