/// An e-mail address of somebody, not one that a text uses to speak of addresses.
struct MailAddress: Recognizer {
    private static let greatestLocal = 64
    private static let greatestDomain = 253
    /// How far before an address it is looked for the beginning of a URL whose password it may end; of a longer one the host
    /// is replaced too.
    private static let greatestUserInfo = 256
    static let local = ByteClass.alphanumeric + ByteClass("._%+-")
    private static let domain = ByteClass.alphanumeric + ByteClass(".-")
    /// Domains of RFC 2606, and what people write in their stead.
    private static let placeholderDomains: Set<String> = [
        "example", "exemple", "ejemplo", "esempio", "beispiel", "exemplo", "domain", "yourdomain", "mydomain",
        "somedomain",
        "company", "yourcompany", "mycompany", "foo", "bar", "baz", "acme", "test", "host", "hostname", "server",
        "localhost", "website", "email", "yoursite", "mysite", "corp", "somewhere", "provider",
    ]
    private static let placeholderPeople: Set<String> = [
        "user", "username", "email", "e-mail", "mail", "name", "you", "your", "yourname", "your.name", "your_name",
        "your-email", "your_email", "your.email", "youremail", "me", "someone", "somebody", "foo", "bar", "test",
        "example", "first.last", "firstname.lastname", "john.doe", "jane.doe", "johndoe", "janedoe", "recipient",
        "sender", "git", "hg", "svn", "aur", "ssh", "noreply", "no-reply", "donotreply", "do-not-reply", "myuser",
        "xxx",
    ]
    /// Ends that no mail domain has: endings of files, units and versions.
    private static let otherEnds: Set<String> = [
        "png", "jpg", "jpeg", "svg", "gif", "webp", "pdf", "txt", "json", "yaml", "yml", "toml", "xml", "html", "css",
        "js", "ts", "tsx", "jsx", "mjs", "so", "go", "rb", "service", "socket", "target", "timer", "mount", "path",
        "slice", "scope", "device", "conf", "cfg", "lock", "log", "exe", "dll", "jar", "whl", "tgz", "gz", "xz", "zst",
        "example", "test", "invalid", "localhost", "alpha", "beta", "latest", "next", "h", "cpp", "hpp", "java",
        "swift",
        "command", "setter", "getter", "deleter", "property", "staticmethod", "classmethod", "register", "route",
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let sign = anchor.lowerBound
        var start = text.start(of: MailAddress.local, before: sign, limit: MailAddress.greatestLocal)
        while start < sign, ByteClass(".-%+").contains(text[start]) { start += 1 }
        guard start < sign, text[sign - 1] != UInt8(ascii: ".") else { return nil }
        var end = text.end(of: MailAddress.domain, from: sign + 1, limit: MailAddress.greatestDomain)
        while end > sign, ByteClass(".-").contains(text[end - 1]) { end -= 1 }
        let labels = text.folded((sign + 1)..<end).split(separator: ".", omittingEmptySubsequences: false)
        guard labels.count >= 2, let last = labels.last, (2...24).contains(last.utf8.count),
            last.utf8.allSatisfy(ByteClass.lowerCase.contains), labels.allSatisfy({ !$0.isEmpty }),
            !MailAddress.otherEnds.contains(String(last)), text[end] != UInt8(ascii: "("),
            !labels.contains(where: { MailAddress.placeholderDomains.contains(String($0)) }),
            !MailAddress.placeholderPeople.contains(text.folded(start..<sign)), !isPassword(text, start)
        else { return nil }
        return start..<end
    }

    /// Whether what begins at `start` is the password in `scheme://user:password@host`, of which the host may stay.
    private func isPassword(_ text: GuardText, _ start: Int) -> Bool {
        let members = URLPassword.passwordEnds.inverted
        let begin = text.start(of: members, before: start, limit: MailAddress.greatestUserInfo)
        return text[begin - 1] == UInt8(ascii: "/") && text[begin - 2] == UInt8(ascii: "/")
            && text[begin - 3] == UInt8(ascii: ":") && (begin..<start).contains { text[$0] == UInt8(ascii: ":") }
    }
}

/// The name of a person in the path of a home folder.
struct HomeFolder: Recognizer {
    private static let greatestPath = 256
    private static let greatestName = 64
    private static let pathMembers = ByteClass.alphanumeric + ByteClass("._/~-\\")
    private static let nameEnds = ByteClass.whiteSpace + ByteClass.quotes + ByteClass("/\\<>(){}[]|&,;:$*?=%!#")
    /// Accounts that images and services have, and what stands for any account.
    private static let sharedAccounts: Set<String> = [
        "user", "users", "username", "user-name", "user_name", "you", "your_user", "youruser", "yourname", "your-name",
        "your_username", "yourusername", "me", "myuser", "myname", "name", "someone", "somebody", "foo", "bar", "test",
        "tester", "testuser", "example", "exampleuser", "guest", "shared", "public", "default", "all", "path", "dir",
        "ubuntu", "debian", "fedora", "centos", "ec2-user", "opc", "azureuser", "cloud-user", "core", "vagrant", "pi",
        "nixos", "node", "runner", "runneradmin", "circleci", "travis", "jenkins", "gitlab-runner", "gitpod",
        "codespace", "vscode", "coder", "linuxbrew", "jovyan", "app", "appuser", "nonroot", "git", "www", "www-data",
        "admin", "administrator", "root", "build", "builder", "worker", "deploy", "dev", "developer", "docker",
        "container", "postgres", "ftp", "nginx", "airflow", "steam", "agent", "xxx", "usr", "home", "u",
    ]

    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        guard isAbsolute(text, anchor) else { return nil }
        let start = text.end(of: ByteClass("\\"), from: anchor.upperBound, limit: 1)
        var end = text.end(of: HomeFolder.nameEnds.inverted, from: start, limit: HomeFolder.greatestName + 1)
        let next = text[end]
        guard end > start, end - start <= HomeFolder.greatestName else { return nil }
        while end > start, text[end - 1] == UInt8(ascii: ".") { end -= 1 }
        let name = text.part(start..<end)
        guard end > start, !HomeFolder.sharedAccounts.contains(name.folded(0..<name.count)),
            !Placeholder.isMark(name), name.bytes.contains(where: { ByteClass.letters.contains($0) || $0 >= 0x80 }),
            !ByteClass("{<%").contains(text[start]), next != UInt8(ascii: "("), next != UInt8(ascii: "{"),
            !name.bytes.allSatisfy({ ByteClass.upperCase.contains($0) || $0 == UInt8(ascii: "_") }),
            name.firstFolded("…", in: 0..<name.count) == nil, text[start] != UInt8(ascii: ".")
        else { return nil }
        return start..<end
    }

    /// Whether the path before the anchor begins at a root of a file system, not in an address of the web.
    private func isAbsolute(_ text: GuardText, _ anchor: Range<Int>) -> Bool {
        let start = text.start(of: HomeFolder.pathMembers, before: anchor.lowerBound, limit: HomeFolder.greatestPath)
        if text[start] == UInt8(ascii: "/") || text[start] == UInt8(ascii: "\\") {
            let isAddress = text[start] == UInt8(ascii: "/") && text[start + 1] == UInt8(ascii: "/")
            let scheme = text.folded(max(0, start - 6)..<start)
            return !(isAddress && (scheme.hasSuffix("http:") || scheme.hasSuffix("https:")))
        }
        // "C:\Users\..." begins at the colon, "-I/home/..." behind its flag, "/Users" of "…/Users" nowhere.
        return start == anchor.lowerBound || text[start] == UInt8(ascii: "-") && start + 2 >= anchor.lowerBound
    }
}

/// A name from the configured list of hosts.
struct HostName: Recognizer {
    func secret(in text: GuardText, at anchor: Range<Int>) -> Range<Int>? {
        let isWhole =
            !ByteClass.dashedWord.contains(text[anchor.lowerBound - 1])
            && !ByteClass.dashedWord.contains(text[anchor.upperBound])
        return isWhole ? anchor : nil
    }
}
