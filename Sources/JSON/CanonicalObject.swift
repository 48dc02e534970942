/// The members of an object in canonical text, found by scanning its bytes: nothing is parsed and no value is copied.
package struct CanonicalObject: Sendable {
    private struct Member {
        /// Without the quotes.
        var name: Range<Int>
        var value: Range<Int>
    }

    package let text: [UInt8]
    private let members: [Member]

    /// The members of `text`; `nil` where it is no object as ``CanonicalJSON`` writes one, with names in their order and
    /// none of them twice.
    package init?(_ text: [UInt8]) {
        guard let members = text.withUnsafeBytes(CanonicalObject.scan) else { return nil }
        self.text = text
        self.members = members
    }

    package var count: Int { members.count }

    package func name(_ index: Int) -> CanonicalName {
        CanonicalName(written: CanonicalSlice(text, members[index].name))
    }

    package func value(_ index: Int) -> CanonicalSlice {
        CanonicalSlice(text, members[index].value)
    }

    /// The member with its name and the colon, as it is written.
    package func member(_ index: Int) -> CanonicalSlice {
        CanonicalSlice(text, (members[index].name.lowerBound - 1)..<members[index].value.upperBound)
    }

    /// For each of `names` the position of the member called so.
    package func positions(of names: CanonicalNameList) -> [Int?] {
        text.withUnsafeBytes { bytes in
            names.map { sought, next in
                while next < members.count {
                    let present = UnsafeRawBufferPointer(rebasing: bytes[members[next].name])
                    guard CanonicalName.precedes(present, sought) else {
                        return CanonicalName.precedes(sought, present) ? nil : next
                    }
                    next += 1
                }
                return nil
            }
        }
    }

    private static func scan(_ text: UnsafeRawBufferPointer) -> [Member]? {
        var scanner = CanonicalScanner(text, 0..<text.count)
        guard scanner.take(UInt8(ascii: "{")) else { return nil }
        var members: [Member] = []
        if scanner.take(UInt8(ascii: "}")) { return scanner.isAtEnd ? members : nil }
        members.reserveCapacity(16)
        var previous: UnsafeRawBufferPointer?
        while true {
            guard scanner.take(UInt8(ascii: "\"")) else { return nil }
            let nameStart = scanner.index
            guard scanner.skipString() else { return nil }
            let nameEnd = scanner.index - 1
            let name = UnsafeRawBufferPointer(rebasing: text[nameStart..<nameEnd])
            if let previous, !CanonicalName.precedes(previous, name) { return nil }
            previous = name
            guard scanner.take(UInt8(ascii: ":")) else { return nil }
            let valueStart = scanner.index
            guard scanner.skipValue() else { return nil }
            members.append(Member(name: nameStart..<nameEnd, value: valueStart..<scanner.index))
            if scanner.take(UInt8(ascii: ",")) { continue }
            return scanner.take(UInt8(ascii: "}")) && scanner.isAtEnd ? members : nil
        }
    }
}
