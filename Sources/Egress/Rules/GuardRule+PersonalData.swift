extension GuardRule {
    /// What tells who somebody is, where, and with which machine.
    static let personalData: [GuardRule] = [
        GuardRule(
            "email",
            .redact,
            "an e-mail address",
            [
                Detector(.pair(ByteClass("@"), .alphanumeric, behind: MailAddress.local), MailAddress())
            ]
        ),
        GuardRule(
            "home-path",
            .redact,
            "a person's name in the path of a home folder",
            [
                Detector(.exact("/home/"), HomeFolder()), Detector(.exact("/Users/"), HomeFolder()),
                Detector(.exact("\\Users\\"), HomeFolder()),
            ]
        ),
        GuardRule(
            "ipv4",
            .redact,
            "a public IPv4 address",
            [
                Detector(.pair(ByteClass("."), .digits, behind: .digits), PublicIPv4())
            ]
        ),
        GuardRule(
            "ipv6",
            .redact,
            "a global IPv6 address",
            [
                Detector(.pair(ByteClass(":"), .hex + ByteClass(":"), behind: .hex), GlobalIPv6())
            ]
        ),
        GuardRule(
            "mac",
            .redact,
            "a hardware address of a network card",
            [
                Detector(.pair(ByteClass(":-"), .hex, behind: .hex), HardwareAddress())
            ]
        ),
        GuardRule(
            "phone",
            .redact,
            "a telephone number with its country's code",
            [
                Detector(
                    .pair(ByteClass("+"), ByteClass("123456789"), behind: ByteClass.word.inverted),
                    TelephoneNumber()
                )
            ]
        ),
        GuardRule(
            "payment-card",
            .redact,
            "the number of a payment card",
            [
                Detector(.pair(ByteClass("23456"), .digits, behind: PaymentCard.inWords.inverted), PaymentCard())
            ]
        ),
        GuardRule(
            "iban",
            .redact,
            "an international bank account number",
            [
                Detector(.pair(.upperCase, .digits, behind: .upperCase), BankAccount())
            ]
        ),
        GuardRule(hostName, .redact, "a name of the configured list of hosts", []),
        GuardRule(
            "aws-account",
            .warn,
            "the number of an AWS account",
            [
                Detector(.exact("arn:aws"), CloudAccount())
            ]
        ),
    ]

    /// The rule whose detectors come from the configuration.
    static let hostName = "host-name"
}
