extension GuardRule {
    /// Secrets that the text around them gives away.
    static let credentials: [GuardRule] = [
        GuardRule("jwt", .redact, "a JSON web token", [Detector(.exact("eyJ"), JSONWebToken())]),
        GuardRule("url-password", .redact, "a password in an address", [Detector(.exact("://"), URLPassword())]),
        GuardRule(
            "authorization-header",
            .redact,
            "the credentials of an HTTP request",
            [
                Detector(.folded("authorization"), AuthorizationHeader()),
                Detector(.folded("bearer "), AuthorizationHeader(isScheme: true)),
            ]
        ),
        GuardRule(
            "pgpass",
            .redact,
            "a password in PostgreSQL's password file",
            [":5432:", ":5433:", ":6432:", ":*:"].map {
                Detector(.exact($0), PostgresPasswordLine())
            }
        ),
        GuardRule(
            "netrc",
            .redact,
            "a password in a netrc file",
            [
                Detector(.folded("machine "), NetrcPassword()), Detector(.folded("machine\n"), NetrcPassword()),
            ]
        ),
        GuardRule(
            "docker-auth",
            .redact,
            "credentials in a Docker configuration",
            [
                Detector(.folded("auth"), DockerAuth())
            ]
        ),
        GuardRule(
            "connection-string",
            .redact,
            "a password in a connection string",
            ["password=", "pwd="].map {
                Detector(.folded($0), ConnectionStringPassword())
            }
        ),
        GuardRule(
            "nix-access-tokens",
            .redact,
            "tokens in Nix's setting access-tokens",
            [
                Detector(.folded("access-tokens"), NixAccessTokens())
            ]
        ),
        GuardRule(
            "command-password",
            .redact,
            "a password on the line of a command",
            [
                Detector(
                    .exact("curl "),
                    CommandPassword(flags: [" -u ", " --user ", " --user=", " --proxy-user "], hasUser: true)
                ),
                Detector(
                    .exact("wget "),
                    CommandPassword(flags: [" --password=", " --http-password="], hasUser: false)
                ),
                Detector(.exact("sshpass "), CommandPassword(flags: [" -p "], hasUser: false)),
                Detector(.exact("docker login"), CommandPassword(flags: [" -p ", " --password "], hasUser: false)),
            ]
        ),
        GuardRule("password-hash", .redact, "the hash of a password", passwordHashes),
    ]

    /// The broadest rule, which names what no other does.
    static let assigned: [GuardRule] = [
        GuardRule(
            "assigned-secret",
            .redact,
            "a value given to a name that says password, secret, token or key",
            ["password", "passwd", "passphrase", "passwort", "pwd", "_pass", "-pass"].map {
                Detector(.folded($0), AssignedSecret(isPassword: true))
            }
                + [
                    "secret", "token", "api_key", "api-key", "apikey", "access_key", "access-key", "accesskey",
                    "auth_key",
                    "authkey", "private_key", "encryption_key", "signing_key", "master_key", "account_key",
                    "credential",
                ].map { Detector(.folded($0), AssignedSecret(isPassword: false)) }
        )
    ]

    private static let passwordHashes: [Detector] = {
        let members = ByteClass.alphanumeric + ByteClass("./")
        func crypt(_ prefix: String, salt: ClosedRange<Int>, hash: ClosedRange<Int>) -> Detector {
            .token(prefix, [.run(members, salt), .literal("$"), .run(members, hash)])
        }
        return [
            crypt("$1$", salt: 1...8, hash: 22...22), crypt("$apr1$", salt: 1...8, hash: 22...22),
            crypt("$5$", salt: 1...16, hash: 43...43), crypt("$6$", salt: 1...16, hash: 86...86),
            .token(
                "$6$rounds=",
                [.run(.digits, 1...9), .literal("$"), .run(members, 1...16), .literal("$"), .run(members, 86...86)]
            ),
            .token(
                "$y$",
                [.run(members, 1...8), .literal("$"), .run(members, 1...86), .literal("$"), .run(members, 43...43)]
            ),
            .token(
                "$argon2",
                [
                    .oneOf(["id", "i", "d"]), .literal("$v="), .run(.digits, 1...3), .literal("$"),
                    .run(.alphanumeric + ByteClass("=,"), 5...40), .literal("$"), .run(.base64, 8...90), .literal("$"),
                    .run(.base64, 16...90),
                ]
            ),
        ]
            + ["$2a$", "$2b$", "$2y$"].map {
                .token($0, [.run(.digits, 2...2), .literal("$"), .run(members, 53...53)])
            }
    }()
}
