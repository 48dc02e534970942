import Glibc

extension PostgresCluster {
    /// Variables by which the environment of a program tells libpq where to go and how.
    private static let redirecting = [
        "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER", "PGPASSWORD", "PGPASSFILE", "PGSERVICE",
        "PGSERVICEFILE", "PGOPTIONS", "PGSSLMODE", "PGSSLNEGOTIATION", "PGREQUIRESSL", "PGSSLCERT", "PGSSLKEY",
        "PGSSLROOTCERT", "PGSSLCRL", "PGREQUIREPEER", "PGGSSENCMODE", "PGCHANNELBINDING", "PGTARGETSESSIONATTRS",
        "PGLOADBALANCEHOSTS", "PGREQUIREAUTH", "PGSYSCONFDIR",
    ]

    /// Makes this process forget them: a private cluster is reached by its socket, whatever else the user works with.
    ///
    /// To be called before the first connection is opened.
    package static func forgetRedirections() {
        for name in redirecting { unsetenv(name) }
    }
}
