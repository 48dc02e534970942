extension GuardRule {
    /// Tokens by which code can be read and changed.
    static let codeHosts: [GuardRule] = [
        GuardRule(
            "github-token",
            .block,
            "a token of GitHub",
            ["ghp_", "gho_", "ghu_", "ghr_"].map { .token($0, .alphanumeric, 36...255, hasCRC32: true) } + [
                .token("ghs_", .dotted, 36...1_024, hasCRC32: true)
            ]
        ),
        GuardRule(
            "github-fine-grained-token",
            .block,
            "a fine-grained token of GitHub",
            [
                .token("github_pat_", .word, 59...255)
            ]
        ),
        GuardRule(
            "gitlab-token",
            .block,
            "a token of GitLab",
            [
                "glpat-", "gldt-", "glrt-", "glrtr-", "glcbt-", "glptt-", "glft-", "glsoat-", "glagent-", "gloas-",
                "glimt-",
                "glffct-", "glwt-",
            ].map { .token($0, .dotted, 20...300) } + [.token("GR1348941", .base64URL, 20...20)]
        ),
        GuardRule("bitbucket-token", .block, "an app password of Bitbucket", [.token("ATBB", .alphanumeric, 32...32)]),
        GuardRule(
            "atlassian-token",
            .block,
            "an API token of Atlassian",
            ["ATATT3", "ATCTT3"].map {
                .token($0, .base64URL + ByteClass("="), 100...300)
            }
        ),
        GuardRule(
            "sonar-token",
            .block,
            "a token of Sonar",
            ["squ_", "sqp_", "sqa_"].map {
                .token($0, .lowerHex, 40...40)
            }
        ),
        GuardRule(
            "circleci-token",
            .block,
            "a token of CircleCI",
            [
                .token("CCIPAT_", [.run(.alphanumeric, 16...40), .literal("_"), .run(.lowerHex, 40...40)]),
                .token("CCIPRJ_", [.run(.alphanumeric, 16...40), .literal("_"), .run(.lowerHex, 40...40)]),
            ]
        ),
        GuardRule("buildkite-token", .block, "a token of Buildkite", [.token("bkua_", .lowerAlphanumeric, 40...40)]),
        GuardRule(
            "snyk-token",
            .block,
            "a token of Snyk",
            Detector.namedUUID(["snyk_token", "snyk_api", "snyk_key", "snyk-token"])
        ),
        GuardRule(
            "gitea-token",
            .block,
            "a token of Gitea or Forgejo",
            Detector.named(
                ["gitea_token", "forgejo_token", "codeberg_token"],
                .lowerHex,
                40...40
            )
        ),
    ]

    /// Tokens by which packages are published.
    static let registries: [GuardRule] = [
        GuardRule("npm-token", .block, "a token of npm", [.token("npm_", .alphanumeric, 36...36, hasCRC32: true)]),
        GuardRule("pypi-token", .block, "a token of PyPI", [.token("pypi-AgE", .base64URL, 50...1_000)]),
        GuardRule("rubygems-key", .block, "a key of RubyGems", [.token("rubygems_", .lowerHex, 48...48)]),
        GuardRule(
            "crates-token",
            .block,
            "a token of crates.io",
            [
                .token("cio", [.run(.alphanumeric, 32...32)], entropy: 3.3)
            ]
        ),
        GuardRule(
            "nuget-key",
            .block,
            "a key of NuGet",
            [
                .token("oy2", [.run(.lowerAlphanumeric, 43...43)], entropy: 3.3)
            ]
        ),
        GuardRule(
            "docker-hub-token",
            .block,
            "a token of Docker Hub",
            ["dckr_pat_", "dckr_oat_"].map {
                .token($0, .base64URL, 27...64)
            }
        ),
        GuardRule(
            "artifactory-key",
            .block,
            "a key of Artifactory",
            [
                .token("AKCp", .alphanumeric, 60...80), .token("cmVmdGtu", .alphanumeric, 52...60),
            ]
        ),
        GuardRule("clojars-token", .block, "a token of Clojars", [.token("CLOJARS_", .lowerAlphanumeric, 60...60)]),
        GuardRule(
            "cachix-token",
            .block,
            "a token of Cachix",
            Detector.named(["cachix_auth_token"], .dotted, 40...600)
        ),
    ]
}
