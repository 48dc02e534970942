/// An IPv4 address that is somebody's: public, and neither a well-known service's nor a version number.
struct PublicIPv4: Recognizer {
    private static let inNumbers = ByteClass.word + ByteClass(".")
    private static let wellKnown: Set<UInt32> = [
        address(1, 1, 1, 1), address(1, 0, 0, 1), address(1, 1, 1, 2), address(1, 1, 1, 3), address(8, 8, 8, 8),
        address(8, 8, 4, 4), address(9, 9, 9, 9), address(149, 112, 112, 112), address(208, 67, 222, 222),
        address(208, 67, 220, 220), address(94, 140, 14, 14), address(94, 140, 15, 15), address(76, 76, 2, 0),
        // What people write for "some address".
        address(1, 2, 3, 4), address(4, 3, 2, 1), address(5, 6, 7, 8), address(12, 34, 56, 78), address(98, 76, 54, 32),
        address(123, 123, 123, 123), address(123, 45, 67, 89), address(11, 22, 33, 44), address(111, 222, 111, 222),
    ]
    /// First addresses and lengths of what is private, shared, for documents, or for no single machine.
    private static let notPublic: [(UInt32, UInt32)] = [
        (address(0, 0, 0, 0), 8), (address(10, 0, 0, 0), 8), (address(100, 64, 0, 0), 10), (address(127, 0, 0, 0), 8),
        (address(169, 254, 0, 0), 16), (address(172, 16, 0, 0), 12), (address(192, 0, 0, 0), 24),
        (address(192, 0, 2, 0), 24), (address(192, 88, 99, 0), 24), (address(192, 168, 0, 0), 16),
        (address(198, 18, 0, 0), 15), (address(198, 51, 100, 0), 24), (address(203, 0, 113, 0), 24),
        (address(224, 0, 0, 0), 3),
    ]
    /// Four numbers below this are a version far more often than an address.
    private static let leastOctet: UInt32 = 32
    private static let versionWords = ["version", "release", "build ", "upgrade", "oid", "revision"]

    private static func address(_ a: UInt32, _ b: UInt32, _ c: UInt32, _ d: UInt32) -> UInt32 {
        a << 24 | b << 16 | c << 8 | d
    }

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let start = text.start(of: .digits, before: anchor.lowerBound, limit: 4)
        guard start < anchor.lowerBound, !PublicIPv4.inNumbers.contains(text[start - 1]) else {
            return nil
        }
        var index = start
        var value: UInt32 = 0
        var greatest: UInt32 = 0
        for position in 0..<4 {
            let end = text.end(of: .digits, from: index, limit: 4)
            guard let octet = UInt32(text.folded(index..<end)), octet < 256, end - index < 4,
                end - index == 1 || text[index] != UInt8(ascii: "0")
            else { return nil }
            value = value << 8 | octet
            greatest = max(greatest, octet)
            index = end
            guard position < 3 else { break }
            guard text[index] == UInt8(ascii: ".") else { return nil }
            index += 1
        }
        guard !ByteClass.word.contains(text[index]), greatest >= PublicIPv4.leastOctet,
            !(text[index] == UInt8(ascii: ".") && ByteClass.digits.contains(text[index + 1])),
            !PublicIPv4.wellKnown.contains(value),
            !PublicIPv4.notPublic.contains(where: { value >> (32 - $0.1) == $0.0 >> (32 - $0.1) }),
            !isVersion(text, start, index)
        else { return nil }
        return start..<index
    }

    private func isVersion(_ text: GuardText, _ start: Int, _ end: Int) -> Bool {
        let sign = text[start - 1]
        if sign == UInt8(ascii: "=") && ByteClass("=<>~!").contains(text[start - 2]) { return true }
        if ByteClass("^~-+").contains(sign) { return true }
        if ByteClass("-+").contains(text[end]), ByteClass.letters.contains(text[end + 1]) { return true }
        let line = text.start(of: .line, before: start, limit: 24)
        return PublicIPv4.versionWords.contains { text.holdsFolded($0, in: line..<start) }
    }
}

/// A global IPv6 address, which tells where its machine is connected.
struct GlobalIPv6: Recognizer {
    private static let members = ByteClass.hex + ByteClass(":")
    private static let inNames = ByteClass.word + ByteClass(":.")
    private static let greatestText = 39

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let start = text.start(of: GlobalIPv6.members, before: anchor.lowerBound, limit: 5)
        // All global addresses begin with four digits of which the first is 2 or 3.
        guard anchor.lowerBound - start == 4, text[start] == UInt8(ascii: "2") || text[start] == UInt8(ascii: "3"),
            !GlobalIPv6.inNames.contains(text[start - 1])
        else { return nil }
        var end = text.end(of: GlobalIPv6.members, from: start, limit: GlobalIPv6.greatestText + 1)
        guard end - start <= GlobalIPv6.greatestText else { return nil }
        if text[end - 1] == UInt8(ascii: ":"), text[end - 2] != UInt8(ascii: ":") { end -= 1 }
        guard !ByteClass.word.contains(text[end]), let groups = GlobalIPv6.groups(text.folded(start..<end)),
            !GlobalIPv6.isForDocuments(groups)
        else { return nil }
        return start..<end
    }

    /// The eight groups of an address; `nil` where `text` is none.
    private static func groups(_ text: String) -> [UInt16]? {
        let halves = GlobalIPv6.halves(text)
        var parsed: [[UInt16]] = []
        for half in halves {
            var groups: [UInt16] = []
            for part in half.split(separator: ":", omittingEmptySubsequences: false) where !half.isEmpty {
                guard part.utf8.count <= 4, let group = UInt16(part, radix: 16) else { return nil }
                groups.append(group)
            }
            parsed.append(groups)
        }
        switch parsed.count {
        case 1: return parsed[0].count == 8 ? parsed[0] : nil
        case 2:
            let missing = 8 - parsed[0].count - parsed[1].count
            return missing >= 1 ? parsed[0] + Array(repeating: 0, count: missing) + parsed[1] : nil
        default: return nil
        }
    }

    /// What stands before and behind each `::`.
    private static func halves(_ text: String) -> [Substring] {
        var halves: [Substring] = []
        var rest = Substring(text)
        while let place = rest.utf8.indices.first(where: { rest.utf8[$0...].starts(with: "::".utf8) }) {
            halves.append(rest[..<place])
            rest = rest[rest.utf8.index(place, offsetBy: 2)...]
        }
        return halves + [rest]
    }

    /// Prefixes for documents, and resolvers that everybody knows.
    private static func isForDocuments(_ groups: [UInt16]) -> Bool {
        switch (groups[0], groups[1]) {
        case (0x2001, 0x0DB8), (0x2001, 0x0000), (0x3FFF, 0...0x0FFF): true
        case (0x2606, 0x4700), (0x2001, 0x4860), (0x2620, 0x00FE), (0x2620, 0x0119): groups[3] == 0
        default: groups[1...6].allSatisfy { $0 == 0 }
        }
    }
}

/// A hardware address of a network card: six pairs of hexadecimal digits.
struct HardwareAddress: Recognizer {
    private static let inNames = ByteClass.alphanumeric + ByteClass(":-")

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let sign = text[anchor.lowerBound]
        let start = anchor.lowerBound - 2
        guard start >= 0, !HardwareAddress.inNames.contains(text[start - 1]) else { return nil }
        var octets: [UInt8] = []
        for position in 0..<6 {
            let place = start + position * 3
            guard ByteClass.hex.contains(text[place]), ByteClass.hex.contains(text[place + 1]),
                let octet = UInt8(text.folded(place..<(place + 2)), radix: 16),
                position == 5 || text[place + 2] == sign
            else { return nil }
            octets.append(octet)
        }
        let end = start + 17
        guard !HardwareAddress.inNames.contains(text[end]), !HardwareAddress.isNobodys(octets) else {
            return nil
        }
        return start..<end
    }

    /// Whether it addresses a group, a virtual machine or a container, or is a sequence that a person made up.
    private static func isNobodys(_ octets: [UInt8]) -> Bool {
        let steps = Set(zip(octets, octets.dropFirst()).map { $1 &- $0 })
        let prefixes: [[UInt8]] = [
            [0x00, 0x00, 0x5E], [0x00, 0x00, 0x00], [0x52, 0x54, 0x00], [0x02, 0x42], [0x12, 0x34, 0x56],
            [0xDE, 0xAD, 0xBE], [0xAB, 0xCD, 0xEF], [0x0A, 0x0B, 0x0C],
        ]
        return octets[0] & 1 == 1 || steps.count == 1 || Set(octets).count <= 2
            || prefixes.contains(where: octets.starts)
    }
}
