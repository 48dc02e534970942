import Glibc

/// The person at the keyboard, as the system knows them.
enum LoginName {
    /// The name of the account that started the program; of an administrator's session, that of the person behind it.
    static var current: String {
        let account = getuid()
        if account == 0, let name = getenv("SUDO_USER").map({ String(cString: $0) }), !name.isEmpty { return name }
        guard let name = getpwuid(account)?.pointee.pw_name else { return "uid \(account)" }
        return String(cString: name)
    }
}
