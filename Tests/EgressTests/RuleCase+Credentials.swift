extension RuleCase {
    static let credentials: [RuleCase] = [
        RuleCase(
            "jwt",
            // {"alg":"HS256","typ":"JWT"} and {"sub":...
            [
                "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOi{A40}.{u43}", "x eyJhbGciOiJSUzI1NiJ9.{A60}.{u342} y",
                "_eyJhbGciOiJSUzI1NiJ9.{A60}.{u342}_", "--eyJhbGciOiJSUzI1NiJ9.{A60}.{u342}--",
            ],
            not: [
                "x_eyJhbGciOiJSUzI1NiJ9.{A60}.{u342}", "x.eyJhbGciOiJSUzI1NiJ9.{A60}.{u342}",
                "eyJ{A30}", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "eyJub3QiOiJhIGhlYWRlciJ9.{A40}.{u43}",
                "eyJ.eyJ.abc",
            ]
        ),
        RuleCase(
            "url-password",
            [
                "postgres://app:{A16}@db.corp.net:5432/x", "https://bob:s3cr3t-{A6}@git.corp.net/r.git",
                "redis://:{A12}@cache:6379",
                "amqp://u:p@ss{A6}@mq/", "mongodb+srv://u:{A20}@c0.x.mongodb.net/?a=b",
                "https:\\/\\/bob:{A16}@corp.net",
            ],
            not: [
                "postgres://user:password@localhost/db", "https://user:pass@host/share", "http://host:8080/a@b",
                "postgres://postgres:postgres@localhost/db", "https://{{user}}:{{password}}@{{host}}",
                "http://u:$PASSWORD@h/",
                "https://user:<password>@host", "git clone https://github.com/a/b.git",
            ]
        ),
        RuleCase(
            "authorization-header",
            [
                "Authorization: Bearer {A40}", "curl -H 'Authorization: Basic YWxpY2U6UXc4elR5N0twMkxt' https://x",
                "\"Authorization\": \"token {A40}\"", "authorization=Bearer {A20}.{A20}", "send bearer {A32} with it",
            ],
            not: [
                "Authorization: Bearer token", "Authorization: Bearer $TOKEN", "Authorization: Bearer {{token}}",
                "Authorization: Basic dXNlcjpwYXNzd29yZA==", "the bearer of this letter",
                "authorization is required for 2",
            ]
        ),
        RuleCase(
            "pgpass",
            ["db.corp.net:5432:shop:app:{A12}", "*:*:*:app:{A12}", "10.0.0.1:6432:shop:app:{A12}"],
            not: [
                "db.corp.net:5432:shop:app:password", "localhost:5432:shop", "hostname:port:database:username:password",
            ]
        ),
        RuleCase(
            "netrc",
            ["machine git.corp.net login bob password {A12}", "machine h\n  login bob\n  password {A12}\n"],
            not: [
                "machine git.corp.net login bob", "machine learning with a password {A12}",
                "machine h login u password <password>",
            ]
        ),
        RuleCase(
            "docker-auth",
            // alice:Qw8zTy7Kp2Lm
            ["{\"auths\":{\"r.corp.net\":{\"auth\":\"YWxpY2U6UXc4elR5N0twMkxt\"}}}", "auth: YWxpY2U6UXc4elR5N0twMkxt"],
            // user:password and "hello world"
            not: ["\"auth\":\"dXNlcjpwYXNzd29yZA==\"", "\"auth\":\"aGVsbG8gd29ybGQ=\"", "auth: basic"]
        ),
        RuleCase(
            "connection-string",
            ["Server=db;Database=x;User Id=sa;Password=winter24;", "host=db dbname=x user=app password=winter24"],
            not: [
                "Server=db;Database=x;User Id=sa;Password=<password>;", "password=winter",
                "host=db user=app password={{p}}",
            ]
        ),
        RuleCase(
            "nix-access-tokens",
            ["access-tokens = github.com={A40}", "access-tokens = github.com={A20} gitlab.com=PAT:{A20}"],
            not: ["access-tokens = github.com=$T", "access-tokens", "access-tokens are kept in a file"]
        ),
        RuleCase(
            "command-password",
            [
                "curl -u bob:{A12} https://x", "curl -s --user 'bob:{A12}' https://x", "sshpass -p {A10} ssh h",
                "wget --http-password={A12} https://x", "docker login -u bob -p {A12} r",
            ],
            not: [
                "curl -u user:password https://x", "curl -u bob https://x", "docker run -u 1000:1000 x",
                "sshpass -p $PW ssh h",
                "curl -u {{user}}:{{password}} x",
            ]
        ),
        RuleCase(
            "password-hash",
            [
                "root:$6${A16}${A86}:19000", "$2b$12${A53}", "bob:$apr1${A8}${A22}", "$y$j9T${A22}${A43}",
                "$argon2id$v=19$m=65536,t=3,p=4${A22}${A43}",
            ],
            not: ["$6$salt", "$2b$12$", "echo $1$2$3", "root:!:19000"]
        ),
        RuleCase(
            "assigned-secret",
            [
                "password=Tr0ub4dor&3x", "DB_PASSWORD: \"{A16}\"", "api_key = '{A32}'", "\"clientSecret\": \"{A30}\"",
                "export SECRET_KEY_BASE={h64}", "--token {A30}", "<password>{A14}</password>", "apiKey: `{A24}`",
                "if (password == \"{A16}\")", "MYSQL_PWD={A14}", "x-api-key: {A32}", "password=b'{A16}'",
            ],
            not: [
                "password=password", "password: changeme123", "token = os.environ[\"TOKEN1\"]", "secret: str | None",
                "password = getpass.getpass(1)", "api_key=YOUR_API_KEY_1", "token_count: 4096",
                "secret_name=prod/db1/abcdef",
                "password={{password}}", "password=${DB_PASSWORD1}", "tokenizer=bert-base-uncased-v2", "token::list1 x",
                "the secret of 2024-05-12T21:08:00Z", "password: pwgen 32", "secret_file=/run/secrets/db-password-1",
                "token: https://corp.net/a1b2c3d4e5", "passwordless=true1", "secretary: Mrs. Smith 1960",
            ]
        ),
    ]
}
