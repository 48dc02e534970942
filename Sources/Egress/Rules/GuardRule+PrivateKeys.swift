extension GuardRule {
    /// Keys that prove who somebody is, or open what is encrypted.
    static let privateKeys: [GuardRule] = [
        GuardRule(
            "private-key",
            .block,
            "a private key between BEGIN and END, of any kind but PGP",
            [
                Detector(.exact("-----BEGIN "), PrivateKeyBlock(isPGP: false)),
                Detector(.exact("---- BEGIN "), PrivateKeyBlock(isPGP: false)),
            ]
        ),
        GuardRule(
            "pgp-private-key",
            .block,
            "a private PGP key",
            [Detector(.exact("-----BEGIN "), PrivateKeyBlock(isPGP: true))]
        ),
        GuardRule(
            "encoded-private-key",
            .block,
            "a private key in Base64",
            [
                Detector(.exact("LS0tLS1CRUdJTi"), EncodedPrivateKey())
            ]
        ),
        GuardRule(
            "putty-private-key",
            .block,
            "a private key of PuTTY",
            [
                .token(
                    "PuTTY-User-Key-File-",
                    [
                        .oneOf(["2", "3"]), .literal(":"),
                        .run(ByteClass(" abcdefghijklmnopqrstuvwxyz0123456789-"), 4...40),
                    ],
                    entropy: 0
                )
            ]
        ),
        GuardRule(
            "age-secret-key",
            .block,
            "a secret key of age",
            [
                .token("AGE-SECRET-KEY-1", .upperAlphanumeric, 58...58),
                .token("AGE-SECRET-KEY-PQ-1", .upperAlphanumeric, 58...2_000),
            ]
        ),
        GuardRule(
            "wireguard-key",
            .block,
            "a private or preshared key of WireGuard",
            Detector.named(
                ["privatekey =", "privatekey=", "presharedkey =", "presharedkey="],
                .paddedBase64,
                44...44,
                entropy: 4
            )
                + Detector.assigned(
                    [
                        "privatekey", "private_key", "private-key", "presharedkey", "preshared_key", "preshared-key",
                    ],
                    base64: 44,
                    padding: 1
                )
        ),
        GuardRule(
            "minisign-secret-key",
            .block,
            "a secret key of minisign",
            [
                .token("RWRTY0Iy", .paddedBase64, 100...220)
            ]
        ),
        GuardRule(
            "nix-signing-key",
            .block,
            "a secret key that signs for a Nix cache",
            [
                Detector(.pair(.digits, ByteClass(":"), behind: .digits + ByteClass("-")), NixSigningKey())
            ]
        ),
    ]
}
