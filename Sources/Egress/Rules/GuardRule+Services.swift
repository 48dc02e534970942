extension GuardRule {
    /// Keys by which money moves.
    static let payments: [GuardRule] = [
        GuardRule(
            "stripe-key",
            .block,
            "a live key of Stripe",
            ["sk_live_", "rk_live_", "whsec_"].map {
                .token($0, .alphanumeric, 24...255)
            }
        ),
        GuardRule(
            "square-token",
            .block,
            "a token of Square",
            [
                .token("sq0atp-", .base64URL, 22...22), .token("sq0csp-", .base64URL, 43...43),
                .token("EAAAE", .base64URL, 59...59), .token("EAAAl", .base64URL, 59...59),
            ]
        ),
        GuardRule(
            "shopify-token",
            .block,
            "a token of Shopify",
            ["shpat_", "shpca_", "shppa_", "shpss_"].map {
                .token($0, .hex, 32...32)
            }
        ),
        GuardRule(
            "paypal-token",
            .block,
            "a token of Braintree",
            [
                .token(
                    "access_token$production$",
                    [
                        .run(.lowerAlphanumeric, 16...16), .literal("$"), .run(.lowerHex, 32...32),
                    ]
                )
            ]
        ),
        GuardRule(
            "razorpay-key",
            .block,
            "a live key of Razorpay",
            [
                .token("rzp_live_", .alphanumeric, 14...32)
            ]
        ),
        GuardRule(
            "adyen-key",
            .block,
            "a key of Adyen",
            [
                .token("AQE", [.run(.base64URL + ByteClass("+/=*"), 60...400)], entropy: 4.2)
            ]
        ),
    ]

    /// Keys of services that answer with models.
    static let models: [GuardRule] = [
        GuardRule("anthropic-key", .redact, "a key of Anthropic", [.token("sk-ant-", .base64URL, 32...256)]),
        GuardRule(
            "openai-key",
            .redact,
            "a key of OpenAI",
            [
                .token("sk-proj-", .base64URL, 32...256), .token("sk-svcacct-", .base64URL, 32...256),
                .token("sk-admin-", .base64URL, 32...256), .token("sk-", .alphanumeric, 48...64),
            ]
        ),
        GuardRule("openrouter-key", .redact, "a key of OpenRouter", [.token("sk-or-v1-", .lowerHex, 64...64)]),
        GuardRule("deepseek-key", .redact, "a key of DeepSeek", [.token("sk-", .lowerHex, 32...32)]),
        GuardRule(
            "huggingface-token",
            .redact,
            "a token of Hugging Face",
            [
                .token("hf_", .alphanumeric, 34...40), .token("api_org_", .alphanumeric, 34...40),
            ]
        ),
        GuardRule("groq-key", .redact, "a key of Groq", [.token("gsk_", .alphanumeric, 48...64)]),
        GuardRule("xai-key", .redact, "a key of xAI", [.token("xai-", .alphanumeric, 70...90)]),
        GuardRule("replicate-token", .redact, "a token of Replicate", [.token("r8_", .alphanumeric, 37...40)]),
        GuardRule("perplexity-key", .redact, "a key of Perplexity", [.token("pplx-", .alphanumeric, 40...64)]),
        GuardRule("nvidia-key", .redact, "a key of NVIDIA", [.token("nvapi-", .base64URL, 60...80)]),
        GuardRule(
            "langsmith-key",
            .redact,
            "a key of LangSmith",
            ["lsv2_pt_", "lsv2_sk_"].map {
                .token($0, [.run(.lowerHex, 32...32), .literal("_"), .run(.lowerHex, 10...10)])
            }
        ),
        GuardRule("tavily-key", .redact, "a key of Tavily", [.token("tvly-", .base64URL, 32...64)]),
    ]

    /// Tokens of chats, mail and notifications.
    static let messaging: [GuardRule] = [
        GuardRule(
            "slack-token",
            .redact,
            "a token of Slack",
            [
                "xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxe-", "xoxo-", "xoxc-", "xoxd-", "xoxe.xoxp-",
                "xoxe.xoxb-",
                "xapp-",
            ].map { .token($0, .base64URL + ByteClass("%"), 24...400) }
        ),
        GuardRule(
            "slack-webhook",
            .redact,
            "a webhook of Slack",
            [
                .token("hooks.slack.com/services/", .alphanumeric + ByteClass("/"), 30...90),
                .token("hooks.slack.com/workflows/", .alphanumeric + ByteClass("/"), 30...120),
            ]
        ),
        GuardRule(
            "discord-webhook",
            .redact,
            "a webhook of Discord",
            [
                "discord.com/api/webhooks/", "discordapp.com/api/webhooks/",
            ].map { .token($0, [.run(.digits, 17...20), .literal("/"), .run(.base64URL, 60...80)]) }
        ),
        GuardRule(
            "discord-token",
            .redact,
            "the token of a Discord bot",
            Detector.named(
                ["discord_token", "discord_bot_token", "discord-token"],
                .dotted,
                58...80,
                entropy: 4
            )
        ),
        GuardRule(
            "telegram-token",
            .redact,
            "the token of a Telegram bot",
            [
                // Addresses of the service have "bot" directly before it.
                Detector(
                    .exact(":AA"),
                    TokenPattern(lead: (.digits, 8...10), parts: [.run(.base64URL, 33...33)], before: .none)
                )
            ]
        ),
        GuardRule(
            "teams-webhook",
            .redact,
            "a webhook of Microsoft Teams",
            [
                .token("webhook.office.com/webhookb2/", .base64URL + ByteClass("@/"), 60...300)
            ]
        ),
        GuardRule(
            "twilio-key",
            .redact,
            "a key of Twilio",
            [
                .token("SK", .lowerHex, 32...32)
            ] + Detector.named(["twilio_auth_token", "twilio_token"], .lowerHex, 32...32)
        ),
        GuardRule(
            "sendgrid-key",
            .redact,
            "a key of SendGrid",
            [
                .token("SG.", [.run(.base64URL, 20...24), .literal("."), .run(.base64URL, 39...50)])
            ]
        ),
        GuardRule(
            "mailgun-key",
            .redact,
            "a key of Mailgun",
            [
                .token("key-", .lowerHex, 32...32)
            ] + Detector.named(["mailgun_api_key", "mailgun_key"], .lowerHex + ByteClass("-"), 32...72)
        ),
        GuardRule(
            "mailchimp-key",
            .redact,
            "a key of Mailchimp",
            [
                .token(.lowerHex, 32...32, before: "-us", [.run(.digits, 1...2)])
            ]
        ),
        GuardRule(
            "brevo-key",
            .redact,
            "a key of Brevo",
            ["xkeysib-", "xsmtpsib-"].map {
                .token($0, [.run(.lowerHex, 64...64), .literal("-"), .run(.alphanumeric, 16...16)])
            }
        ),
        GuardRule(
            "resend-key",
            .redact,
            "a key of Resend",
            [
                .token("re_", [.run(.alphanumeric, 8...8), .literal("_"), .run(.alphanumeric, 24...24)])
            ]
        ),
    ]

    /// Tokens of other services.
    static let services: [GuardRule] = [
        GuardRule(
            "linear-key",
            .redact,
            "a key of Linear",
            ["lin_api_", "lin_oauth_"].map {
                .token($0, .alphanumeric, 40...64)
            }
        ),
        GuardRule(
            "notion-token",
            .redact,
            "a token of Notion",
            [
                .token("ntn_", .alphanumeric, 40...50), .token("secret_", [.run(.alphanumeric, 43...43)], entropy: 4),
            ]
        ),
        GuardRule(
            "postman-key",
            .redact,
            "a key of Postman",
            [
                .token("PMAK-", [.run(.hex, 24...24), .literal("-"), .run(.hex, 34...34)])
            ]
        ),
        GuardRule(
            "grafana-token",
            .redact,
            "a token of Grafana",
            [
                .token("glsa_", [.run(.alphanumeric, 32...32), .literal("_"), .run(.hex, 8...8)]),
                .token("glc_", .paddedBase64, 32...400),
            ]
        ),
        GuardRule(
            "newrelic-key",
            .redact,
            "a key of New Relic",
            [
                .token("NRAK-", .upperAlphanumeric, 27...27), .token("NRII-", .base64URL, 32...32),
                .token("NRJS-", .lowerHex, 19...19),
            ]
        ),
        GuardRule(
            "sentry-token",
            .redact,
            "a token of Sentry",
            [
                .token("sntrys_", .base64URL + ByteClass("+/="), 80...600), .token("sntryu_", .lowerHex, 64...64),
            ]
        ),
        GuardRule(
            "datadog-key",
            .redact,
            "a key of Datadog",
            Detector.named(
                ["dd_api_key", "dd_app_key", "dd-api-key", "datadog_api_key", "datadog_app_key"],
                .lowerHex,
                32...40
            )
        ),
        GuardRule(
            "dynatrace-token",
            .redact,
            "a token of Dynatrace",
            [
                .token(
                    "dt0c01.",
                    [.run(.upperAlphanumeric, 24...24), .literal("."), .run(.upperAlphanumeric, 64...64)]
                )
            ]
        ),
        GuardRule("figma-token", .redact, "a token of Figma", [.token("figd_", .base64URL, 38...44)]),
        GuardRule(
            "airtable-token",
            .redact,
            "a token of Airtable",
            [
                .token("pat", [.run(.alphanumeric, 14...14), .literal("."), .run(.lowerHex, 64...64)])
            ]
        ),
        GuardRule(
            "hubspot-token",
            .redact,
            "a token of HubSpot",
            ["pat-na1-", "pat-na2-", "pat-eu1-"].map {
                .token($0, .lowerHex + ByteClass("-"), 36...36)
            }
        ),
        GuardRule("contentful-token", .redact, "a token of Contentful", [.token("CFPAT-", .base64URL, 43...43)]),
        GuardRule(
            "facebook-token",
            .redact,
            "a token of Facebook",
            [
                .token("EAAC", .alphanumeric, 80...400), .token("EAAG", .alphanumeric, 80...400),
            ]
        ),
        GuardRule(
            "dropbox-token",
            .redact,
            "a token of Dropbox",
            [
                .token("sl.", [.run(.base64URL, 100...2_000)], entropy: 4)
            ]
        ),
        GuardRule(
            "mapbox-token",
            .redact,
            "a secret token of Mapbox",
            [
                .token("sk.eyJ", [.run(.base64URL, 40...200), .literal("."), .run(.base64URL, 20...30)])
            ]
        ),
        GuardRule("readme-key", .redact, "a key of ReadMe", [.token("rdme_", .lowerAlphanumeric, 70...72)]),
        GuardRule(
            "easypost-key",
            .redact,
            "a key of EasyPost",
            ["EZAK", "EZTK"].map {
                .token($0, .alphanumeric, 54...54)
            }
        ),
        GuardRule(
            "prefect-key",
            .redact,
            "a key of Prefect",
            ["pnu_", "pnb_"].map {
                .token($0, .alphanumeric, 36...36)
            }
        ),
        GuardRule(
            "launchdarkly-key",
            .redact,
            "a key of LaunchDarkly",
            ["sdk-", "api-"].map {
                Detector(
                    .exact($0),
                    TokenPattern(parts: [
                        .run(.lowerHex, 8...8), .literal("-"), .run(.lowerHex, 4...4), .literal("-4"),
                        .run(.lowerHex, 3...3),
                        .literal("-"), .run(.lowerHex, 4...4), .literal("-"), .run(.lowerHex, 12...12),
                    ])
                )
            }
        ),
        GuardRule("posthog-key", .redact, "a personal key of PostHog", [.token("phx_", .alphanumeric, 40...60)]),
        GuardRule("typeform-token", .redact, "a token of Typeform", [.token("tfp_", .dotted, 44...64)]),
    ]
}
