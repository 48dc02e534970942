extension RuleCase {
    private static func block(_ label: String, _ body: String) -> String {
        "-----BEGIN \(label)-----\n\(body)\n-----END \(label)-----"
    }

    static let keys: [RuleCase] = [
        RuleCase(
            "private-key",
            [
                block("RSA PRIVATE KEY", "{b64}\n{b64}\n{b20}=="), block("PRIVATE KEY", "{b64}"),
                block("OPENSSH PRIVATE KEY", "{b70}\n{b70}\n{b33}="), block("EC PRIVATE KEY", "{b64}\n{b64}"),
                block("DSA PRIVATE KEY", "{b64}\n{b64}"),
                block("ENCRYPTED PRIVATE KEY", "{b64}\n{b64}"),
                block("RSA PRIVATE KEY", "Proc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,{h32}\n\n{b64}\n{b40}"),
                "key: |\n  -----BEGIN PRIVATE KEY-----\n  {b64}\n  {b64}\n  -----END PRIVATE KEY-----\nname: x",
                "\"-----BEGIN PRIVATE KEY-----\\n{b64}\\n{b64}\\n-----END PRIVATE KEY-----\\n\"",
                "-----BEGIN RSA PRIVATE KEY-----\n{b64}\n{b64}\n{b30}",
                block("OPENSSH PRIVATE KEY", String(repeating: "# a note\n", count: 60) + "{b64}\n{b64}"),
                block(
                    "PRIVATE KEY",
                    "\r\n" + String(repeating: "Comment: a note\r\n", count: 60) + "\r\n{b64}\r\n{b64}"
                ),
                "---- BEGIN SSH2 ENCRYPTED PRIVATE KEY ----\n{b70}\n{b70}\n---- END SSH2 ENCRYPTED PRIVATE KEY ----",
            ],
            not: [
                "look for -----BEGIN RSA PRIVATE KEY----- in the file", block("PUBLIC KEY", "{b64}\n{b64}"),
                block("CERTIFICATE", "{b64}\n{b64}"), block("PRIVATE KEY", "..."),
                block("PGP PUBLIC KEY BLOCK", "{b64}"), block("PRIVATE KEY", "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"),
                "-----BEGIN PRIVATE KEY-----" + String(repeating: " stands there.", count: 30) + " {b64}",
                "-----BEGIN PRIVATE KEY-----\n" + String(repeating: "It stands.\n", count: 40) + "{b64}",
                block("PRIVATE KEY", String(repeating: "Comment: a note\n", count: 60) + "\n...\n"),
                "# -----BEGIN PRIVATE KEY-----\n" + String(repeating: "# a note\n", count: 60)
                    + "# -----BEGIN CERTIFICATE-----\n{b64}",
            ]
        ),
        RuleCase(
            "pgp-private-key",
            [
                block("PGP PRIVATE KEY BLOCK", "\n{b64}\n{b64}\n=abcd"),
                block("PGP PRIVATE KEY BLOCK", String(repeating: "Comment: a b c\n", count: 60) + "\n{b64}\n{b64}"),
            ],
            not: [
                block("PGP PUBLIC KEY BLOCK", "\n{b64}"), block("PGP MESSAGE", "\n{b64}"),
                "BEGIN PGP PRIVATE KEY BLOCK",
            ]
        ),
        RuleCase(
            "encoded-private-key",
            // Base64 of "-----BEGIN PRIVATE KEY-----" and of "-----BEGIN RSA PRIVATE KEY-----".
            ["client: LS0tLS1CRUdJTiBQUklWQVRFIEtFWS0tLS0t{b200}", "LS0tLS1CRUdJTiBSU0EgUFJJVkFURSBLRVktLS0t{b200}"],
            // Base64 of "-----BEGIN CERTIFICATE-----".
            not: ["ca: LS0tLS1CRUdJTiBDRVJUSUZJQ0FURS0tLS0t{b200}", "LS0tLS1CRUdJTiBQUklWQVRF"]
        ),
        RuleCase(
            "putty-private-key",
            ["PuTTY-User-Key-File-3: ssh-ed25519\nEncryption: none", "PuTTY-User-Key-File-2: ssh-rsa\n"],
            not: ["PuTTY-User-Key-File", "PuTTY-User-Key-File-4: x", "PuTTY user key file 2"]
        ),
        RuleCase(
            "age-secret-key",
            ["AGE-SECRET-KEY-1{U58}", "# key\nAGE-SECRET-KEY-1{U58}\n"],
            not: [
                "AGE-SECRET-KEY-1{U30}", "age1{l58}",
                "AGE-SECRET-KEY-1XXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXXX",
            ]
        ),
        RuleCase(
            "wireguard-key",
            [
                "PrivateKey = {b43}=", "[Peer]\nPresharedKey={b43}=", "[Interface]\nPrivateKey   = {b43}=",
                "PrivateKey\t=\t{b43}=", "privateKey: {b43}=", "privateKey: '{b43}='", "{\"PrivateKey\": \"{b43}=\"}",
                "presharedKey: >-\n  {b43}=", "wg0.privateKey = \"{b43}=\";", "preshared_key => \"{b43}=\"",
                "private-key:     {b43}=",
            ],
            not: [
                "PublicKey = {b43}=", "PrivateKey = {b20}=", "PrivateKey = <the key of this machine>",
                "publicKey: {b43}=", "privateKey and publicKey: {b43}=", "privateKeyHash: {b43}=",
                "privateKey: {b44}", "privateKey: {b42}==", "privateKey {b43}=", "privateKey:\n{b43}=",
                "privateKey: see below\npublicKey: {b43}=", "sharedKey: {b43}=",
            ]
        ),
        RuleCase(
            "minisign-secret-key",
            ["untrusted comment: minisign encrypted secret key\nRWRTY0Iy{b204}"],
            not: ["RWRTY0Iy{b40}", "untrusted comment: minisign public key\nRWQ{b53}"]
        ),
        RuleCase(
            "nix-signing-key",
            ["cache.corp.net-1:{b86}=="],
            not: ["cache.nixos.org-1:{b43}=", "cache.corp.net:{b86}==", "cache-1:{b60}=="]
        ),
    ]
}
