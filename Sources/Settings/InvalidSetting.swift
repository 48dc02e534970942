/// What is wrong with one setting, for the person who wrote it.
package struct InvalidSetting: Error, Sendable, Equatable, CustomStringConvertible {
    package var description: String

    package init(description: String) {
        self.description = description
    }
}
