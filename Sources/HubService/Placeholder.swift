import Hummingbird
package func warm() -> String { "\(Router<BasicRequestContext>.self)" }
