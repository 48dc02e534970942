extension RuleCase {
    static let code: [RuleCase] = [
        RuleCase(
            "github-token",
            ["ghp_{A36}", "gho_{A36}", "ghu_{A36}", "ghr_{A36}", "ghs_{A36}", "ghs_{A60}.{u60}.{u60}", "x=ghp_{A36};"],
            not: [
                "ghp_{A20}", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
                "oghp_{A36}", "ghp_yourtokenyourtokenyourtokenyourtoken",
            ]
        ),
        RuleCase(
            "github-fine-grained-token",
            ["github_pat_{A22}_{A59}"],
            not: [
                "github_pat_{A22}", "github_path_{A59}",
                "github_pat_xxxxxxxxxxxxxxxxxxxxxx_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx",
            ]
        ),
        RuleCase(
            "gitlab-token",
            [
                "glpat-{u20}", "glptt-{h40}", "gldt-{u20}", "glrt-{u20}", "glcbt-1_{u20}", "glpat-{u27}.01.{l9}",
                "GR1348941{u20}",
            ],
            not: ["glpat-{u9}", "glpat-xxxxxxxxxxxxxxxxxxxx", "eglpat-{u20}", "glpat-your-token-goes-here"]
        ),
        RuleCase("bitbucket-token", ["ATBB{A32}"], not: ["ATBB{A20}", "ATBB{A40}"]),
        RuleCase("atlassian-token", ["ATATT3{u180}=", "ATCTT3{u180}"], not: ["ATATT3{u30}", "ATATT2{u180}"]),
        RuleCase("sonar-token", ["squ_{h40}", "sqp_{h40}"], not: ["squ_{h20}", "sqx_{h40}"]),
        RuleCase("circleci-token", ["CCIPAT_{A22}_{h40}"], not: ["CCIPAT_{A22}", "CCIPAT_{A22}_{h20}"]),
        RuleCase("buildkite-token", ["bkua_{l40}"], not: ["bkua_{l20}", "bkub_{l40}"]),
        RuleCase(
            "snyk-token",
            ["SNYK_TOKEN={h8}-{h4}-{h4}-{h4}-{h12}"],
            not: ["SNYK_ORG={h8}-{h4}-{h4}-{h4}-{h12}", "SNYK_TOKEN=$TOKEN"]
        ),
        RuleCase("gitea-token", ["GITEA_TOKEN={h40}"], not: ["GITEA_COMMIT={h40}", "GITEA_TOKEN={h10}"]),
        RuleCase(
            "npm-token",
            [
                "npm_{A36}", "//registry/:_authToken=npm_{A36}", "__npm_{A36}__", "_npm_{A36}_, and",
                "npm_{A36}--not for you", "_npm_{A36}_-x",
            ],
            not: ["npm_{A20}", "npm_config_registry", "npm_{A50}", "npm_{A36}_cache", "npm_{A36}__x"]
        ),
        RuleCase(
            "pypi-token",
            ["pypi-AgEIcHlwaS5vcmc{u150}", "pypi-AgENdGVzdC5weXBpLm9yZw{u120}"],
            not: ["pypi-AgE{u20}", "pypi-{u80}"]
        ),
        RuleCase("rubygems-key", ["rubygems_{h48}"], not: ["rubygems_{h40}", "rubygems_version_{h48}"]),
        RuleCase("crates-token", ["cio{A32}"], not: ["cio{A31}", "socio{A32}", "cioaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"]),
        RuleCase("nuget-key", ["oy2{l43}"], not: ["oy2{l40}", "toy2{l43}"]),
        RuleCase("docker-hub-token", ["dckr_pat_{u27}", "dckr_oat_{u32}"], not: ["dckr_pat_{u9}", "dckr_xat_{u27}"]),
        RuleCase("artifactory-key", ["AKCp{A69}", "cmVmdGtu{A56}"], not: ["AKCp{A20}", "xAKCp{A69}"]),
        RuleCase("clojars-token", ["CLOJARS_{h60}"], not: ["CLOJARS_{h30}", "CLOJARS_USERNAME"]),
        RuleCase("cachix-token", ["CACHIX_AUTH_TOKEN={u120}"], not: ["CACHIX_AUTH_TOKEN=$T", "CACHIX_CACHE={u120}"]),
    ]
}
