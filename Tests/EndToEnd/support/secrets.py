"""Secrets for tests: made when they are needed, by forms, so that none is written down anywhere.

A form is text in which `{A36}` stands for 36 random letters and digits, and so on as ALPHABETS says.
"""

import base64
import re

ALPHABETS = {
    "A": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789",
    "U": "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789",
    "I": "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567",
    "l": "abcdefghijklmnopqrstuvwxyz0123456789",
    "h": "0123456789abcdef",
    "b": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
    "u": "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_",
    "d": "0123456789",
    "n": "123456789",
}
UUID = "{h8}-{h4}-4{h3}-{h4}-{h12}"

# What must not leave at all, by the rule that is to say so.
BLOCKED = {
    "private-key": ["-----BEGIN RSA PRIVATE KEY-----\n{b64}\n{b64}\n{b40}==\n-----END RSA PRIVATE KEY-----",
                    "-----BEGIN OPENSSH PRIVATE KEY-----\n{b70}\n{b70}\n-----END OPENSSH PRIVATE KEY-----",
                    "-----BEGIN EC PRIVATE KEY-----\n{b64}\n{b64}\n-----END EC PRIVATE KEY-----",
                    "\"-----BEGIN PRIVATE KEY-----\\n{b64}\\n{b64}\\n-----END PRIVATE KEY-----\\n\""],
    "pgp-private-key": ["-----BEGIN PGP PRIVATE KEY BLOCK-----\n\n{b64}\n{b64}\n-----END PGP PRIVATE KEY BLOCK-----"],
    "putty-private-key": ["PuTTY-User-Key-File-3: ssh-ed25519\nPrivate-Lines: 1\n{b48}"],
    "age-secret-key": ["AGE-SECRET-KEY-1{U58}"],
    "wireguard-key": ["[Interface]\nPrivateKey = {b43}="],
    "nix-signing-key": ["cache.corp.net-1:{b86}=="],
    "aws-access-key": ["AKIA{I16}", "aws_access_key_id=ASIA{I16}"],
    "aws-secret-key": ["aws_secret_access_key = {b40}", "AWS_SECRET_ACCESS_KEY=\"{b40}\""],
    "azure-account-key": ["AccountName=corp;AccountKey={b86}==;EndpointSuffix=core.windows.net"],
    "azure-client-secret": ["{A3}8Q~{A34}"],
    "azure-sas": ["https://corp.blob.core.windows.net/c?sv=2024-01-01&sig={A43}%3D"],
    "google-api-key": ["AIza{u35}"],
    "google-oauth-token": ["ya29.{u120}", "GOCSPX-{u28}"],
    "google-service-account": ["\"private_key_id\": \"{h40}\""],
    "digitalocean-token": ["dop_v1_{h64}"],
    "cloudflare-token": ["CLOUDFLARE_API_TOKEN={u40}"],
    "heroku-key": ["HEROKU_API_KEY=" + UUID, "HRKU-AA{u58}"],
    "databricks-token": ["dapi{h32}", "dapi{h32}-2"],
    "vault-token": ["hvs.{u90}", "VAULT_TOKEN=hvs.{A24}"],
    "terraform-token": ["{A14}.atlasv1.{A67}"],
    "tailscale-key": ["tskey-auth-k{A11}-{A32}"],
    "alibaba-key": ["LTAI5t{A18}"],
    "fly-token": ["fo1_{u43}"],
    "pulumi-token": ["pul-{h40}"],
    "planetscale-token": ["pscale_tkn_{A43}"],
    "supabase-key": ["sbp_{h40}"],
    "doppler-token": ["dp.pt.{A43}"],
    "fastly-token": ["FASTLY_API_TOKEN={u32}"],
    "tributary-token": ["tributary_{h12}_{u43}"],
    "github-token": ["ghp_{A36}", "gho_{A36}", "ghs_{A36}", "ghu_{A36}", "ghr_{A36}"],
    "github-fine-grained-token": ["github_pat_{A22}_{A59}"],
    "gitlab-token": ["glpat-{u20}", "glptt-{h40}"],
    "bitbucket-token": ["ATBB{A32}"],
    "atlassian-token": ["ATATT3{u186}={U8}"],
    "sonar-token": ["squ_{h40}"],
    "snyk-token": ["SNYK_TOKEN=" + UUID],
    "npm-token": ["npm_{A36}", "//registry.npmjs.org/:_authToken=npm_{A36}"],
    "pypi-token": ["pypi-AgEIcHlwaS5vcmc{u150}"],
    "rubygems-key": ["rubygems_{h48}"],
    "crates-token": ["cio{A32}"],
    "nuget-key": ["oy2{l43}"],
    "docker-hub-token": ["dckr_pat_{u27}"],
    "artifactory-key": ["AKCp8{A68}"],
    "stripe-key": ["sk_live_{A24}", "rk_live_{A24}"],
    "square-token": ["sq0atp-{u22}", "sq0csp-{u43}"],
    "shopify-token": ["shpat_{h32}"],
    "razorpay-key": ["rzp_live_{A14}"],
}
# What leaves with a placeholder in its stead.
REDACTED = {
    "anthropic-key": ["sk-ant-api03-{u93}AA"],
    "openai-key": ["sk-{A20}T3BlbkFJ{A20}", "sk-proj-{u156}"],
    "openrouter-key": ["sk-or-v1-{h64}"],
    "huggingface-token": ["hf_{A34}"],
    "groq-key": ["gsk_{A52}"],
    "xai-key": ["xai-{A80}"],
    "replicate-token": ["r8_{A37}"],
    "perplexity-key": ["pplx-{A48}"],
    "nvidia-key": ["nvapi-{u64}"],
    "slack-token": ["xoxb-{n12}-{n13}-{A24}", "xoxp-{n12}-{n12}-{n13}-{h32}"],
    "slack-webhook": ["https://hooks.slack.com/services/T{U10}/B{U10}/{A24}"],
    "discord-webhook": ["https://discord.com/api/webhooks/{n18}/{u68}"],
    "telegram-token": ["{n10}:AA{u33}"],
    "twilio-key": ["SK{h32}", "TWILIO_AUTH_TOKEN={h32}"],
    "sendgrid-key": ["SG.{u22}.{u43}"],
    "mailgun-key": ["key-{h32}"],
    "mailchimp-key": ["{h32}-us12"],
    "linear-key": ["lin_api_{A40}"],
    "notion-token": ["ntn_{n11}{A35}"],
    "postman-key": ["PMAK-{h24}-{h34}"],
    "grafana-token": ["glsa_{A32}_{h8}"],
    "newrelic-key": ["NRAK-{U27}"],
    "sentry-token": ["sntrys_eyJ{u120}_{b43}"],
    "datadog-key": ["DD_API_KEY={h32}"],
    "figma-token": ["figd_{u40}"],
    "airtable-token": ["pat{A14}.{h64}"],
    "jwt": ["eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiI{A40}.{u43}"],
    "url-password": ["postgres://app:{A16}@db.corp.net:5432/shop", "https://bob:{A14}@git.corp.net/r.git"],
    "authorization-header": ["Authorization: Bearer {A40}", "curl -H 'Authorization: token {h40}' https://x"],
    "pgpass": ["db.corp.net:5432:shop:app:{A14}"],
    "netrc": ["machine git.corp.net login bob password {A14}"],
    "connection-string": ["Server=db;Database=shop;User Id=sa;Password={A10};"],
    "nix-access-tokens": ["access-tokens = git.corp.net=PAT:{A30}"],
    "command-password": ["curl -u bob:{A14} https://git.corp.net", "sshpass -p {A12} ssh h"],
    "password-hash": ["root:$6${A16}${A86}:19000::::::", "$2b$12${A53}"],
    "assigned-secret": ["DB_PASSWORD={A20}", "api_key = \"{A32}\"", "\"clientSecret\": \"{A40}\"", "--token {A32}",
                        "SECRET_KEY_BASE={h64}", "password: '{A16}'"],
}
# What tells who somebody is.
PERSONAL = {
    "email": ["{l7}x@kolibri.net", "rosa.{l6}y@mail.uni-kassel.de"],
    "home-path": ["/home/r{l6}x/src", "/Users/rosa.{l5}k/work", "C:\\Users\\Rosa{A4}z\\x"],
    "ipv4": ["93.184.{n2}.{n2}", "51.15.{n2}.1{n1}"],
    "ipv6": ["2a01:4f8:{h4}:{h4}::{n1}"],
    "mac": ["3c:22:fb:9{h1}:4{h1}:d{h1}"],
    "phone": ["+49 151 2398{n4}", "+1415520{n4}"],
}
# What people's texts hold that only looks like any of these.
LOOKALIKES = [
    "git show {h40}", "sha256:{h64}", "md5 {h32} of the archive", "id " + UUID, "integrity sha512-{b86}==",
    "/nix/store/{l32}-hello-2.12", "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI{b43} key", "commit {h8} fixes it",
    "-----BEGIN CERTIFICATE-----\n{b64}\n{b64}\n-----END CERTIFICATE-----",
    "-----BEGIN PUBLIC KEY-----\n{b64}\n-----END PUBLIC KEY-----", "grep -r 'BEGIN RSA PRIVATE KEY' .",
    "password = os.environ[\"DB_PASSWORD\"]", "export TOKEN=$(pass show token)", "password: {{password}}",
    "Authorization: Bearer $TOKEN", "api_key=YOUR_API_KEY", "postgres://user:password@localhost/db",
    "AKIAIOSFODNN7EXAMPLE", "ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", "sk-xxxxxxxxxxxxxxxxxxxxxxxx",
    "token_count = 4096", "the tokenizer of bert-base-uncased", "secret_name: prod/db", "client_secret=${SECRET}",
    "user@example.com", "git clone git@github.com:a/b.git", "/home/user/project", "~/project", "/home/$USER/.ssh",
    "ssh root@192.168.1.{n2}", "curl http://10.0.{n2}.{n2}:8080", "version 1.{n1}.2.{n1}", "ping 8.8.8.8",
    "00:11:22:33:44:55", "fe80::1ff:fe23:4567:890a", "4111 1111 1111 1111", "at 2026-05-12T21:08:00Z",
    "+1234567890", "order 4539{n6}", "data:image/png;base64,iVBORw0KGgo{b60}", "docker run -u 1000:1000 x",
    "class PasswordField2(forms.CharField)", "--password-file /run/secrets/db", "id: {n16}", "etag \"{h32}\"",
    "arn:aws:iam::123456789012:role/admin", "xoxb-your-token", "hf_hub_download(repo)", "trace {h32}-{h16}",
    "s3://corp-{l8}/{h32}.parquet", "kubectl get secret db -o yaml", "SELECT token FROM sessions",
    "use of hvs. tokens", "dapi endpoint", "npm_config_cache=/tmp", "pat/to/file", "re_match_group_by_name",
    "session {u22} ended", "bearer of bad news number 5", "Basic authentication", "key-value stores",
    "sl.h and api-docs and sdk-core-2", "cache.nixos.org-1:{b43}=", "rev = \"{h40}\";", "sha256 = \"{l52}\";",
    "if token == \"identifier\":", "passwd -l bob", "the password policy asks for 12 characters",
]
TEXTS = [
    "{} ", "Run {} and look at the log.", "First export it, then: {}", "error: could not connect with {}\ntry again",
    "# example\n{}\n", "cfg: {}",
]


def make(form, rng):
    """A text of a form; of a run of more than eight characters, the first is a letter and the second a digit."""
    def run(match):
        alphabet, count = ALPHABETS[match[1]], int(match[2])
        characters = [rng.choice(alphabet) for _ in range(count)]
        if count > 8 and any(c.isalpha() for c in alphabet) and any(c.isdigit() for c in alphabet):
            characters[0] = rng.choice([c for c in alphabet if c.isalpha()])
            characters[1] = rng.choice([c for c in alphabet if c.isdigit()])
        return "".join(characters)
    return re.sub(r"\{([" + "".join(ALPHABETS) + r"])(\d+)\}", run, form)


def core(text):
    """The part of a secret by which it is recognised wherever it turns up: its longest run of letters and digits."""
    return max(re.findall(r"[A-Za-z0-9]+", text), key=len)


def in_base64(text):
    return base64.b64encode(text.encode()).decode()
