/// A JSON web token: three parts, of which the first says by what it is signed, or five where it is encrypted.
struct JSONWebToken: Recognizer {
    private static let greatestPart = 8 * 1024
    private static let leastPart = 8

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard
            !ByteClass.dotted.contains(text[anchor.lowerBound - 1])
                || TokenBorder.isBefore(anchor.lowerBound, in: text, own: .dotted)
        else { return nil }
        var end = anchor.lowerBound
        var parts = 0
        while parts < 5 {
            let next = text.end(of: .base64URL, from: end, limit: JSONWebToken.greatestPart)
            guard next - end >= JSONWebToken.leastPart || parts == 1 && next == end else { break }
            parts += 1
            if parts == 1 {
                guard text[next] == UInt8(ascii: "."), next - end <= 1_024,
                    DecodedText.isTokenHeader(text.part(end..<next))
                else { return nil }
            }
            end = next
            guard text[end] == UInt8(ascii: "."), ByteClass.base64URL.contains(text[end + 1]) || parts == 1 else {
                break
            }
            end += 1
        }
        guard parts >= 2 else { return nil }
        if text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        return anchor.lowerBound..<end
    }
}
