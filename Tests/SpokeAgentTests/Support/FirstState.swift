import Glibc
import SQLite

/// A state as the first version of the program left it, taken from its file word for word.
///
/// Alice had offered `own`, which was accepted, and `odd`, which was refused; bruno's `9` and chika's `skill-123` had been
/// pulled. It was written against a `FakeHub` whose clock began at ``began``.
enum FirstState {
    static let began = "2026-11-01T08:00:00Z"

    /// Writes the state into the folder `state` of `folder`.
    static func write(into folder: TemporaryFolder) throws {
        mkdir(folder("state"), 0o700)
        let database = try SQLiteDatabase(path: folder("state/state.sqlite"))
        try database.transaction {
            try database.execute(dump)
            try database.setUserVersion(1)
        }
    }

    private static let dump = """
        CREATE TABLE facts (
            name TEXT PRIMARY KEY,
            value TEXT NOT NULL
        ) STRICT, WITHOUT ROWID;
        INSERT INTO facts VALUES('endpoint','http://127.0.0.1:8092');
        INSERT INTO facts VALUES('entity_tag','"987372abb2976d7638457b0eed94fe14"');
        INSERT INTO facts VALUES('epoch','07070707-0707-0707-0707-070707070707');
        INSERT INTO facts VALUES('hub','11111111-1111-4111-8111-111111111111');
        INSERT INTO facts VALUES('incarnation','1');
        INSERT INTO facts VALUES('last_round_at','1793520060002000');
        INSERT INTO facts VALUES('last_success_at','1793520060002000');
        INSERT INTO facts VALUES('manifest','{"protocol":1,"hub":"11111111-1111-4111-8111-111111111111","epo\
        ch":"07070707-0707-0707-0707-070707070707","node":"alice","incarnation":1,"collections":[{"name":"sk\
        ills-patterns","strategy":"highest-value","threshold":0.7,"value_rule":"value-score","policy_revisio\
        n":1,"winners":{"count":2,"digest":"a939f187447b3c5b8f979362ceeb75a6980c6cb6436fe9cd0c418fa74cd33878\
        ","cursor":"AVcHBwcHBwcHBwcHBwcHBwcHAAAAAAAAAARza2lsbHMtcGF0dGVybnMs4sCj1NU"}}]}');
        INSERT INTO facts VALUES('node','alice');
        CREATE TABLE collections (
            number INTEGER PRIMARY KEY,
            name TEXT NOT NULL UNIQUE,
            -- The position behind the last winner held; NULL: read from the beginning.
            cursor TEXT,
            -- A pull from the beginning marks what it names with the generation, and sweeps the rest at its\
         end.
            generation INTEGER NOT NULL DEFAULT 0,
            is_sweeping INTEGER NOT NULL DEFAULT 0,
            has_vectors INTEGER NOT NULL DEFAULT 0,
            -- Count and sum of item digests over the winners held.
            winner_count INTEGER NOT NULL DEFAULT 0,
            winner_sum BLOB NOT NULL DEFAULT (zeroblob(32)),
            -- Grows whenever a winner changes, so that sinks know whether they are up to date.
            winner_changes INTEGER NOT NULL DEFAULT 0,
            -- What the hub has of this node's statements must be read before anything is offered.
            needs_statements INTEGER NOT NULL DEFAULT 1,
            -- Describes the files and the rules of the last scan whose offers are all settled.
            scan_key TEXT,
            -- What that scan found, as JSON, for reports.
            scan_tally TEXT,
            pushed_at INTEGER,
            pulled_at INTEGER
        ) STRICT;
        INSERT INTO collections VALUES(1,'skills-patterns','AVcHBwcHBwcHBwcHBwcHBwcHAAAAAAAAAAZza2lsbHMtcGF0\
        dGVybnNaXZaXTvw',1,0,0,3,X'e9afa0a136cbf7d002c89075bb545bb5c8ed05e708f4d20746357d808c1687e6',3,0,NUL\
        L,'{"read":2,"offerable":2,"below_threshold":0,"without_value":0,"marked_retracted":0,"pulled":0,"su\
        perseded":0,"unreadable":0,"unreadable_lines":[]}',1793520060002000,1793520060002000);
        CREATE TABLE offered (
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            revision INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            vector_digest BLOB NOT NULL,
            is_retraction INTEGER NOT NULL,
            state INTEGER NOT NULL CONSTRAINT offered_state CHECK (state IN (0, 1, 2)),
            -- The latest revision the hub is known to have, and whether it is content.
            accepted_revision INTEGER NOT NULL DEFAULT 0,
            is_live INTEGER NOT NULL DEFAULT 0,
            code TEXT,
            detail TEXT,
            is_retryable INTEGER NOT NULL DEFAULT 0,
            -- Which reading of the hub's statements named it last.
            mark INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (collection, id)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO offered VALUES(1,'odd',1793520060002000,X'd9d9a30594335d02865c6935cfb07d5a57632c15117887\
        57f5217e7ac069241c',X'0000000000000000000000000000000000000000000000000000000000000000',0,2,0,0,'no-\
        way','it cannot be',0,0);
        INSERT INTO offered VALUES(1,'own',1793520060002000,X'07c89cfb904f1757848e23036682d78c07b5f7afce7649\
        d493cbd780e2b8318d',X'0000000000000000000000000000000000000000000000000000000000000000',0,0,17935200\
        60002000,1,NULL,NULL,0,0);
        CREATE TABLE winners (
            number INTEGER PRIMARY KEY,
            collection INTEGER NOT NULL REFERENCES collections (number),
            id TEXT NOT NULL,
            origin TEXT NOT NULL,
            incarnation INTEGER NOT NULL,
            revision INTEGER NOT NULL,
            checksum BLOB NOT NULL,
            vector_digest BLOB NOT NULL,
            value REAL,
            updated_at INTEGER,
            payload TEXT NOT NULL,
            vector_model TEXT,
            vector BLOB,
            generation INTEGER NOT NULL
        ) STRICT;
        INSERT INTO winners VALUES(1,1,'9','bruno',1,1793520000001000,X'b9a1c81be761d4314b3d40935b89b1612f82\
        3d168b52ca88d13e5f549396902c',X'0000000000000000000000000000000000000000000000000000000000000000',0.\
        8000000000000000444,1793520000001000,'{"by":"bruno","value_score":0.8}',NULL,NULL,1);
        INSERT INTO winners VALUES(2,1,'skill-123','chika',1,1793520000002000,X'f504e5d26498857cfcd4da383ec4\
        8eca5b21cf13f04b13559a9e1301bd1d2499',X'000000000000000000000000000000000000000000000000000000000000\
        0000',0.94999999999999995559,1793520000002000,'{"by":"chika","value_score":0.95}',NULL,NULL,1);
        INSERT INTO winners VALUES(3,1,'own','alice',1,1793520060002000,X'07c89cfb904f1757848e23036682d78c07\
        b5f7afce7649d493cbd780e2b8318d',X'0000000000000000000000000000000000000000000000000000000000000000',\
        0.9000000000000000222,1793520060002000,'{"value_score":0.9}',NULL,NULL,1);
        CREATE TABLE source_files (
            collection INTEGER NOT NULL REFERENCES collections (number),
            path TEXT NOT NULL,
            PRIMARY KEY (collection, path)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO source_files VALUES(1,'/srv/alice/source/skills-patterns.jsonl');
        CREATE TABLE sink_files (
            collection INTEGER NOT NULL REFERENCES collections (number),
            path TEXT NOT NULL,
            winner_changes INTEGER NOT NULL,
            fingerprint TEXT NOT NULL,
            PRIMARY KEY (collection, path)
        ) STRICT, WITHOUT ROWID;
        INSERT INTO sink_files VALUES(1,'/srv/alice/sink/skills-patterns.jsonl',3,'65024:16245648:620:179526\
        4423.965380988:1795264423.965380988');
        CREATE INDEX offered_refused ON offered (collection, code) WHERE state = 2;
        CREATE UNIQUE INDEX winners_id ON winners (collection, id);
        """
}
