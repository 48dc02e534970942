extension RuleCase {
    static let services: [RuleCase] = payments + models + messaging + others

    private static let payments: [RuleCase] = [
        RuleCase(
            "stripe-key",
            ["sk_live_{A24}", "rk_live_{A99}", "whsec_{A32}"],
            not: ["sk_test_{A24}", "sk_live_{A8}", "pk_live_{A24}"]
        ),
        RuleCase(
            "square-token",
            ["sq0atp-{u22}", "sq0csp-{u43}", "EAAAE{u59}"],
            not: ["sq0atp-{u12}", "sq0idp-{u22}"]
        ),
        RuleCase("shopify-token", ["shpat_{h32}", "shpss_{h32}"], not: ["shpat_{h20}", "shpxx_{h32}"]),
        RuleCase(
            "paypal-token",
            ["access_token$production${l16}${h32}"],
            not: ["access_token$sandbox${l16}${h32}", "access_token$production${l16}"]
        ),
        RuleCase("razorpay-key", ["rzp_live_{A14}"], not: ["rzp_test_{A14}", "rzp_live_{A5}"]),
        RuleCase("adyen-key", ["AQE{A120}"], not: ["AQE{A20}", "xAQE{A120}"]),
    ]

    private static let models: [RuleCase] = [
        RuleCase(
            "anthropic-key",
            ["sk-ant-api03-{u93}AA", "sk-ant-oat01-{u93}AA"],
            not: ["sk-ant-{u9}", "sk-ant-api03-...", "ask-ant-api03-{u93}"]
        ),
        RuleCase(
            "openai-key",
            ["sk-{A48}", "sk-proj-{u150}", "sk-svcacct-{u120}"],
            not: ["sk-{A20}", "task-{A48}", "sk-xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]
        ),
        RuleCase("openrouter-key", ["sk-or-v1-{h64}"], not: ["sk-or-v1-{h32}", "sk-or-v2-{h64}"]),
        RuleCase("deepseek-key", ["sk-{h32}"], not: ["sk-{h31}", "disk-{h32}"]),
        RuleCase(
            "huggingface-token",
            ["hf_{A34}", "api_org_{A34}"],
            not: ["hf_{A20}", "hf_hub_download", "hf_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"]
        ),
        RuleCase("groq-key", ["gsk_{A52}"], not: ["gsk_{A20}", "tgsk_{A52}"]),
        RuleCase("xai-key", ["xai-{A80}"], not: ["xai-{A20}", "pixai-{A80}"]),
        RuleCase("replicate-token", ["r8_{A37}"], not: ["r8_{A20}", "ptr8_{A37}"]),
        RuleCase("perplexity-key", ["pplx-{A48}"], not: ["pplx-{A20}", "pplx-api"]),
        RuleCase("nvidia-key", ["nvapi-{u64}"], not: ["nvapi-{u20}", "nvapi-key"]),
        RuleCase("langsmith-key", ["lsv2_pt_{h32}_{h10}"], not: ["lsv2_pt_{h32}", "lsv3_pt_{h32}_{h10}"]),
        RuleCase("tavily-key", ["tvly-{u32}"], not: ["tvly-{u9}", "tvly-dev"]),
    ]

    private static let messaging: [RuleCase] = [
        RuleCase(
            "slack-token",
            [
                "xoxb-{d12}-{d13}-{A24}", "xoxp-{d12}-{d12}-{d12}-{h32}", "xapp-1-A{U10}-{d13}-{h64}",
                "xoxe.xoxp-1-{A140}",
            ],
            not: ["xoxb-{d12}", "xoxb-xxxxxxxxxxxx-xxxxxxxxxxxx-xxxxxxxxxxxx", "foxoxb-{d12}-{d13}-{A24}"]
        ),
        RuleCase(
            "slack-webhook",
            ["https://hooks.slack.com/services/T{U10}/B{U10}/{A24}"],
            not: [
                "https://hooks.slack.com/services/",
                "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX",
            ]
        ),
        RuleCase(
            "discord-webhook",
            ["https://discord.com/api/webhooks/{d18}/{u68}", "https://discordapp.com/api/webhooks/{d19}/{u68}"],
            not: ["https://discord.com/api/webhooks/{d18}", "https://discord.com/api/webhooks/{d18}/token"]
        ),
        RuleCase(
            "discord-token",
            ["DISCORD_TOKEN={A26}.{A6}.{u38}"],
            not: ["DISCORD_TOKEN=$T", "DISCORD_CHANNEL={A26}.{A6}.{u38}"]
        ),
        RuleCase(
            "telegram-token",
            ["12{d8}:AA{u33}", "bot3{d8}:AA{u33}"],
            not: ["{d4}:AA{u33}", "12{d8}:AA{u20}", "12{d8}:AB"]
        ),
        RuleCase(
            "teams-webhook",
            [
                "https://corp.webhook.office.com/webhookb2/{h8}-{h4}-{h4}-{h4}-{h12}@{h8}-{h4}-{h4}-{h4}-{h12}/IncomingWebhook/{h32}/x"
            ],
            not: ["https://corp.webhook.office.com/webhookb2/", "https://corp.webhook.office.com/webhookb2/<id>"]
        ),
        RuleCase("twilio-key", ["SK{h32}", "TWILIO_AUTH_TOKEN={h32}"], not: ["SK{h30}", "TASK{h32}", "AC{h32}"]),
        RuleCase("sendgrid-key", ["SG.{u22}.{u43}"], not: ["SG.{u22}", "SG.{u10}.{u43}", "MSG.{u22}.{u43}"]),
        RuleCase(
            "mailgun-key",
            ["key-{h32}", "MAILGUN_API_KEY={h32}-{h8}-{h8}"],
            not: ["key-{h20}", "monkey-{h32}", "MAILGUN_DOMAIN={h32}"]
        ),
        RuleCase("mailchimp-key", ["{h32}-us12"], not: ["{h31}-us12", "{h32}-uk12"]),
        RuleCase("brevo-key", ["xkeysib-{h64}-{A16}"], not: ["xkeysib-{h64}", "xkeysib-{h32}-{A16}"]),
        RuleCase("resend-key", ["re_{A8}_{A24}"], not: ["re_{A8}", "core_{A8}_{A24}"]),
    ]

    private static let others: [RuleCase] = [
        RuleCase("linear-key", ["lin_api_{A40}"], not: ["lin_api_{A12}", "darlin_api_{A40}"]),
        RuleCase(
            "notion-token",
            ["ntn_{A46}", "secret_{A43}"],
            not: ["ntn_{A12}", "secret_{A20}", "secret_name_of_the_vault_that_is_used_by_all"]
        ),
        RuleCase("postman-key", ["PMAK-{h24}-{h34}"], not: ["PMAK-{h24}", "PMAK-{h20}-{h34}"]),
        RuleCase("grafana-token", ["glsa_{A32}_{h8}", "glc_{b100}="], not: ["glsa_{A32}", "glc_{b12}"]),
        RuleCase("newrelic-key", ["NRAK-{U27}", "NRII-{u32}"], not: ["NRAK-{U12}", "NRAX-{U27}"]),
        RuleCase("sentry-token", ["sntrys_{u120}_{b43}", "sntryu_{h64}"], not: ["sntrys_{u20}", "sntryu_{h32}"]),
        RuleCase(
            "datadog-key",
            ["DD_API_KEY={h32}", "DATADOG_APP_KEY: {h40}"],
            not: ["DD_SITE={h32}", "DD_API_KEY={h12}"]
        ),
        RuleCase("dynatrace-token", ["dt0c01.{U24}.{U64}"], not: ["dt0c01.{U24}", "dt0c09.{U24}.{U64}"]),
        RuleCase("figma-token", ["figd_{u40}"], not: ["figd_{u12}", "configd_{u40}"]),
        RuleCase("airtable-token", ["pat{A14}.{h64}"], not: ["pat{A14}.{h20}", "path{A14}.{h64}"]),
        RuleCase(
            "hubspot-token",
            ["pat-na1-{h8}-{h4}-{h4}-{h4}-{h12}"],
            not: ["pat-na1-{h8}", "pat-xx1-{h8}-{h4}-{h4}-{h4}-{h12}"]
        ),
        RuleCase("contentful-token", ["CFPAT-{u43}"], not: ["CFPAT-{u20}", "XCFPAT-{u43}"]),
        RuleCase("facebook-token", ["EAAC{A120}", "EAAG{A100}"], not: ["EAAC{A20}", "xEAAC{A120}"]),
        RuleCase("dropbox-token", ["sl.{u135}"], not: ["sl.{u20}", "ssl.{u135}"]),
        RuleCase("mapbox-token", ["sk.eyJ{u80}.{u22}"], not: ["pk.eyJ{u80}.{u22}", "sk.eyJ{u10}.{u22}"]),
        RuleCase("readme-key", ["rdme_{l70}"], not: ["rdme_{l20}", "xrdme_{l70}"]),
        RuleCase("easypost-key", ["EZAK{A54}"], not: ["EZAK{A20}", "EZAX{A54}"]),
        RuleCase("prefect-key", ["pnu_{A36}"], not: ["pnu_{A12}", "pnx_{A36}"]),
        RuleCase(
            "launchdarkly-key",
            ["sdk-{h8}-{h4}-4{h3}-{h4}-{h12}", "api-{h8}-{h4}-4{h3}-{h4}-{h12}"],
            not: ["sdk-{h8}-{h4}", "mob-{h8}-{h4}-4{h3}-{h4}-{h12}"]
        ),
        RuleCase("posthog-key", ["phx_{A43}"], not: ["phx_{A12}", "phc_{A43}"]),
        RuleCase("typeform-token", ["tfp_{u59}"], not: ["tfp_{u12}", "xtfp_{u59}"]),
    ]
}
