/// Names in their order, in one piece of memory: they are sought in one object after the other, on several processors.
package struct CanonicalNameList: Sendable {
    private var text: [UInt8] = []
    private var names: [Range<Int>] = []

    /// The list of `names`, which are sorted.
    package init(_ names: [CanonicalName]) {
        for name in names {
            let start = text.count
            name.written.withUnsafeBytes { text.append(contentsOf: $0) }
            self.names.append(start..<text.count)
        }
    }

    /// What `body` makes of each name as it is written, with the position from which on an object's members are left.
    func map(_ body: (UnsafeRawBufferPointer, inout Int) -> Int?) -> [Int?] {
        text.withUnsafeBytes { bytes in
            var next = 0
            return names.map { body(UnsafeRawBufferPointer(rebasing: bytes[$0]), &next) }
        }
    }
}
