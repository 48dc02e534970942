/// Values with the form of a secret that their makers print in their documentation for everybody.
///
/// Each is compared as a whole: what is only like one of them, or holds one, is treated as a secret.
enum PublishedExamples {
    private static let values: Set<String> = [
        // Access keys of AWS's documentation, with their secret halves.
        "AKIAIOSFODNN7EXAMPLE", "AKIAI44QH8DHBEXAMPLE", "ASIAIOSFODNN7EXAMPLE",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "je7MtGbClwBF/2Zp9Utk/h3yCo8nvbEXAMPLEKEY",
        // Numbers that payment services accept in their test systems alone.
        "4111111111111111", "4242424242424242", "4012888888881881", "4000056655665556", "5555555555554444",
        "5105105105105100", "378282246310005", "371449635398431", "6011111111111117", "6011000990139424",
        "3530111333300000", "3566002020360505", "30569309025904", "38520000023237",
        // Accounts of the documents that explain IBAN.
        "DE89370400440532013000", "GB29NWBK60161331926819", "GB82WEST12345698765432", "FR1420041010050500013M02606",
        "NL91ABNA0417164300", "ES9121000418450200051332", "CH9300762011623852957", "BE68539007547034",
        "AT611904300234573201", "IT60X0542811101000000123456",
    ]

    /// Whether `text`, without the blanks and dashes that group it, is such a value.
    static func contain(_ text: GuardText) -> Bool {
        guard text.count <= 64 else { return false }
        let plain = text.bytes.filter { $0 != UInt8(ascii: " ") && $0 != UInt8(ascii: "-") }
        return values.contains(String(decoding: plain, as: UTF8.self))
    }
}
