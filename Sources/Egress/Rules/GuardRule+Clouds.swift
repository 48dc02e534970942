extension GuardRule {
    /// Keys of clouds and of what runs machines in them.
    static let clouds: [GuardRule] = [
        GuardRule(
            "aws-access-key",
            .block,
            "an access key of AWS",
            ["AKIA", "ASIA", "ABIA", "ACCA"].map {
                .token($0, [.run(.upperAlphanumeric, 16...16)], entropy: 2.5)
            }
        ),
        GuardRule(
            "aws-secret-key",
            .block,
            "a secret access key of AWS",
            Detector.named(
                ["secret_access_key", "secretaccesskey", "secret access key", "aws_secret", "aws-secret"],
                .base64,
                40...40,
                entropy: 3.8
            )
        ),
        GuardRule(
            "aws-session-token",
            .block,
            "a session token of AWS",
            Detector.named(
                ["session_token", "sessiontoken", "security_token"],
                .paddedBase64,
                100...2_000,
                entropy: 4
            )
        ),
        GuardRule(
            "aws-bedrock-key",
            .block,
            "a key of Amazon Bedrock",
            [
                .token("ABSK", .paddedBase64, 100...400),
                .token("bedrock-api-key-", .paddedBase64, 60...4_000),
            ]
        ),
        GuardRule(
            "azure-account-key",
            .block,
            "a key of an Azure account",
            [
                .token("AccountKey=", [.run(.base64, 86...86), .literal("==")]),
                .token("SharedAccessKey=", [.run(.base64, 43...43), .literal("=")]),
            ]
                + Detector.assigned(
                    ["accountkey", "account_key", "account-key", "storage_key"],
                    base64: 88,
                    padding: 2
                )
                + Detector.assigned(
                    ["sharedaccesskey", "shared_access_key", "shared-access-key"],
                    base64: 44,
                    padding: 1
                )
        ),
        GuardRule(
            "azure-client-secret",
            .block,
            "a client secret of Azure",
            [
                Detector(
                    .exact("8Q~"),
                    TokenPattern(
                        lead: (.alphanumeric + ByteClass("_~.-"), 3...3),
                        parts: [.run(.alphanumeric + ByteClass("_~.-"), 31...34)]
                    )
                ),
                Detector(
                    .exact("7Q~"),
                    TokenPattern(
                        lead: (.alphanumeric + ByteClass("_~.-"), 3...3),
                        parts: [.run(.alphanumeric + ByteClass("_~.-"), 31...34)]
                    )
                ),
            ]
        ),
        GuardRule(
            "azure-sas",
            .block,
            "the signature of a shared access link of Azure",
            // The last one is "&" as HTML and XML write it, however often.
            ["?sig=", "&sig=", "amp;sig="].map {
                Detector(
                    .exact($0),
                    TokenPattern(parts: [.run(.alphanumeric + ByteClass("%+/"), 43...64)], before: .none)
                )
            }
        ),
        GuardRule("google-api-key", .block, "an API key of Google", [.token("AIza", .base64URL, 35...35)]),
        GuardRule(
            "google-oauth-token",
            .block,
            "an OAuth token of Google",
            [
                .token("ya29.", .dotted, 20...2_048), .token("GOCSPX-", .base64URL, 28...28),
                .token("1//0", .base64URL, 40...200),
            ]
        ),
        GuardRule(
            "google-service-account",
            .block,
            "the key of a service account of Google",
            Detector.named(["private_key_id"], .lowerHex, 40...40)
        ),
        GuardRule(
            "digitalocean-token",
            .block,
            "a token of DigitalOcean",
            ["dop_v1_", "doo_v1_", "dor_v1_"].map {
                .token($0, .lowerHex, 64...64)
            }
        ),
        GuardRule(
            "cloudflare-token",
            .block,
            "a token of Cloudflare",
            [.token("v1.0-", [.run(.lowerHex, 24...24), .literal("-"), .run(.lowerHex, 146...146)])]
                + Detector.named(
                    ["cloudflare_api_token", "cf_api_token", "cloudflare_api_key", "cf_api_key", "cloudflare_token"],
                    .base64URL,
                    37...40
                )
        ),
        GuardRule(
            "heroku-key",
            .block,
            "a key of Heroku",
            [.token("HRKU-", .base64URL, 36...64)]
                + Detector.namedUUID(["heroku_api_key", "heroku_key", "heroku_token"])
        ),
        GuardRule(
            "databricks-token",
            .block,
            "a token of Databricks",
            [
                .token("dapi", [.run(.lowerHex, 32...32)]),
                .token("dapi", [.run(.lowerHex, 32...32), .literal("-"), .run(.digits, 1...1)]),
            ]
        ),
        GuardRule(
            "vault-token",
            .block,
            "a token of HashiCorp Vault",
            ["hvs.", "hvb.", "hvr."].map {
                .token($0, .dotted, 24...512)
            }
        ),
        GuardRule(
            "terraform-token",
            .block,
            "a token of Terraform Cloud",
            [
                .token(.alphanumeric, 14...14, before: ".atlasv1.", [.run(.base64URL + ByteClass("="), 60...70)])
            ]
        ),
        GuardRule(
            "tailscale-key",
            .block,
            "a key of Tailscale",
            [
                .token(
                    "tskey-",
                    [
                        .run(.lowerCase, 3...12), .literal("-"), .run(.alphanumeric, 6...32), .literal("-"),
                        .run(.alphanumeric, 16...64),
                    ]
                ),
                .token("tskey-", [.run(.alphanumeric, 16...64)]),
            ]
        ),
        GuardRule(
            "alibaba-key",
            .block,
            "an access key of Alibaba Cloud",
            [
                .token("LTAI", .alphanumeric, 16...20)
            ]
        ),
        GuardRule(
            "fly-token",
            .block,
            "a token of Fly.io",
            [
                .token("fo1_", .base64URL, 43...43), .token("fm2_", .paddedBase64, 100...4_096),
                .token("fm1r_", .paddedBase64, 100...4_096),
                .token("fm1a_", .paddedBase64, 100...4_096),
            ]
        ),
        GuardRule("pulumi-token", .block, "a token of Pulumi", [.token("pul-", .lowerHex, 40...40)]),
        GuardRule(
            "planetscale-token",
            .block,
            "a token or password of PlanetScale",
            [
                "pscale_tkn_", "pscale_pw_", "pscale_oauth_",
            ].map { .token($0, .dotted, 32...64) }
        ),
        GuardRule(
            "supabase-key",
            .block,
            "a secret key of Supabase",
            [
                .token("sbp_", .lowerHex, 40...40), .token("sb_secret_", .base64URL, 24...64),
            ]
        ),
        GuardRule(
            "doppler-token",
            .block,
            "a token of Doppler",
            [
                "dp.pt.", "dp.ct.", "dp.sa.", "dp.scim.", "dp.audit.",
            ].map { .token($0, .alphanumeric, 40...44) } + [
                .token("dp.st.", .dotted, 40...80)
            ]
        ),
        GuardRule(
            "onepassword-token",
            .block,
            "a token of a 1Password service account",
            [
                .token("ops_eyJ", .base64URL + ByteClass("="), 200...4_096)
            ]
        ),
        GuardRule(
            "fastly-token",
            .block,
            "a token of Fastly",
            Detector.named(
                ["fastly_api_token", "fastly_api_key", "fastly-key", "fastly_key", "fastly_token"],
                .base64URL,
                32...32
            )
        ),
        GuardRule("netlify-token", .block, "a token of Netlify", [.token("nfp_", .alphanumeric, 36...40)]),
        GuardRule("scaleway-key", .block, "a secret key of Scaleway", Detector.namedUUID(["scw_secret_key"])),
        GuardRule(
            "tributary-token",
            .block,
            "a token of this system: a node's, or one to join a hub with",
            ["tributary_", "tributary_join_"].map {
                .token($0, [.run(.lowerHex, 12...12), .literal("_"), .run(.base64URL, 43...43)])
            }
        ),
    ]
}
