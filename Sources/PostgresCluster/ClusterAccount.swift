import Glibc

/// An account of the system.
struct ClusterAccount: Hashable, Sendable {
    let name: String
    let userID: uid_t
    let groupID: gid_t

    /// The account of that name; nil when there is none.
    init?(named name: String) {
        self.init(entry: getpwnam(name))
    }

    /// The account with that number; without an entry of its own it has its number for a name.
    init(userID: uid_t, groupID: gid_t) {
        self =
            ClusterAccount(entry: getpwuid(userID))
            ?? ClusterAccount(name: "\(userID)", userID: userID, groupID: groupID)
    }

    private init(name: String, userID: uid_t, groupID: gid_t) {
        self.name = name
        self.userID = userID
        self.groupID = groupID
    }

    private init?(entry: UnsafeMutablePointer<passwd>?) {
        guard let entry, let name = entry.pointee.pw_name else { return nil }
        self.init(name: String(cString: name), userID: entry.pointee.pw_uid, groupID: entry.pointee.pw_gid)
    }

    /// The account that the server shall run under, or nil for this program's own.
    ///
    /// PostgreSQL refuses to run as root. Started as root, the choice is: the one that was asked for, the one that the
    /// cluster belongs to already, `postgres`, `nobody`.
    static func forServer(
        requested: String?,
        layout: ClusterLayout
    ) throws(PostgresClusterError) -> ClusterAccount? {
        let owner = FileSystem.attributes(layout.data, followingLinks: false)
        guard geteuid() == 0 else {
            guard let owner, owner.owner != geteuid() else { return nil }
            let name = ClusterAccount(userID: owner.owner, groupID: owner.group).name
            throw PostgresClusterError(
                .directory,
                "The cluster in \(layout.data) belongs to the account \(name). Start as \(name) or as root, or choose "
                    + "another data directory."
            )
        }
        if let requested {
            guard let account = ClusterAccount(named: requested), account.userID != 0 else {
                throw PostgresClusterError(
                    .directory,
                    "There is no account \(requested) that PostgreSQL could run under. Create it or name another one "
                        + "than root."
                )
            }
            return account
        }
        if let owner, owner.owner != 0 {
            return ClusterAccount(userID: owner.owner, groupID: owner.group)
        }
        for name in ["postgres", "nobody"] {
            if let account = ClusterAccount(named: name), account.userID != 0 { return account }
        }
        throw PostgresClusterError(
            .directory,
            "PostgreSQL does not run as root, and there is neither an account postgres nor nobody. Create one, or start "
                + "as an ordinary user."
        )
    }

    /// Throws unless this account can pass through every directory above `path`.
    func checkReach(of path: String) throws(PostgresClusterError) {
        var components = path.split(separator: "/").map(String.init)
        while !components.isEmpty {
            let directory = "/" + components.joined(separator: "/")
            components.removeLast()
            guard let attributes = FileSystem.attributes(directory), !mayPass(attributes) else { continue }
            throw PostgresClusterError(
                .directory,
                "The database runs as the account \(name), which cannot pass through the directory \(directory). Choose "
                    + "a data directory such as /var/lib/tributary, or start as an ordinary user."
            )
        }
    }

    private func mayPass(_ attributes: FileSystem.Attributes) -> Bool {
        if attributes.owner == userID { return attributes.mode & S_IXUSR != 0 }
        if attributes.group == groupID { return attributes.mode & S_IXGRP != 0 }
        return attributes.mode & S_IXOTH != 0
    }
}
