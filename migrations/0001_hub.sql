-- The hub's state. Contributions are what nodes said; winners follow from them and can be recomputed at any time.
-- Ids and names are compared by bytes ("C"): an order that depends on a locale would differ between hubs.

-- One row: which hub this is and which of its histories.
CREATE TABLE hub (
    singleton         boolean     NOT NULL DEFAULT true,
    hub_id            uuid        NOT NULL,
    epoch             uuid        NOT NULL,
    system_identifier bigint      NOT NULL,
    timeline          integer     NOT NULL,
    database_oid      bigint      NOT NULL,
    created_at        timestamptz NOT NULL,
    epoch_since       timestamptz NOT NULL,
    CONSTRAINT hub_pkey PRIMARY KEY (singleton),
    CONSTRAINT hub_is_one CHECK (singleton)
);
COMMENT ON TABLE hub IS 'One row: which hub this is and which of its histories.';
COMMENT ON COLUMN hub.singleton IS 'Always true, so that there is one row.';
COMMENT ON COLUMN hub.hub_id IS 'Names this hub for ever.';
COMMENT ON COLUMN hub.epoch IS 'Names this history; changes when the database is restored, promoted or replaced.';
COMMENT ON COLUMN hub.system_identifier IS 'PostgreSQL''s own name of the cluster that the epoch was begun on.';
COMMENT ON COLUMN hub.timeline IS 'PostgreSQL''s timeline that the epoch was begun on.';
COMMENT ON COLUMN hub.database_oid IS 'PostgreSQL''s own number of the database that the epoch was begun in.';
COMMENT ON COLUMN hub.created_at IS 'When the hub was first started.';
COMMENT ON COLUMN hub.epoch_since IS 'When this history began.';

-- One row per node ever enrolled; revoked nodes stay, because what they said names them.
CREATE TABLE nodes (
    node         text COLLATE "C" NOT NULL,
    role         text        NOT NULL,
    incarnation  integer     NOT NULL,
    token_id     text COLLATE "C" NOT NULL,
    token_hash   bytea       NOT NULL,
    created_at   timestamptz NOT NULL,
    enrolled_at  timestamptz NOT NULL,
    revoked_at   timestamptz,
    last_seen_at timestamptz,
    CONSTRAINT nodes_pkey PRIMARY KEY (node),
    CONSTRAINT nodes_token_id_key UNIQUE (token_id),
    CONSTRAINT node_name_shape CHECK (node ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    CONSTRAINT node_role_known CHECK (role IN ('spoke', 'hub')),
    CONSTRAINT node_incarnation_positive CHECK (incarnation >= 1),
    CONSTRAINT node_token_hash_length CHECK (octet_length(token_hash) = 32)
);
COMMENT ON TABLE nodes IS 'One row per node ever enrolled; revoked nodes stay, because what they said names them.';
COMMENT ON COLUMN nodes.node IS 'The node''s name.';
COMMENT ON COLUMN nodes.role IS 'spoke: speaks for itself; hub: also relays what others said.';
COMMENT ON COLUMN nodes.incarnation IS 'Which enrolment of the name this is; grows with every enrolment.';
COMMENT ON COLUMN nodes.token_id IS 'The public part of the node''s token, by which its row is found.';
COMMENT ON COLUMN nodes.token_hash IS 'SHA-256 of the whole token; the token itself is kept nowhere.';
COMMENT ON COLUMN nodes.created_at IS 'When the name was first enrolled.';
COMMENT ON COLUMN nodes.enrolled_at IS 'When the present token was issued.';
COMMENT ON COLUMN nodes.revoked_at IS 'When the node was revoked; NULL while it is not.';
COMMENT ON COLUMN nodes.last_seen_at IS 'When the node last made a request, to the minute.';

-- One row per collection: how it decides.
CREATE TABLE collections (
    collection       text COLLATE "C" NOT NULL,
    strategy         text             NOT NULL,
    threshold        double precision NOT NULL,
    value_rule       text             NOT NULL,
    policy_revision  bigint           NOT NULL,
    settled_revision bigint           NOT NULL,
    created_at       timestamptz      NOT NULL,
    updated_at       timestamptz      NOT NULL,
    CONSTRAINT collections_pkey PRIMARY KEY (collection),
    CONSTRAINT collection_name_shape CHECK (collection ~ '^[a-z0-9][a-z0-9._-]{0,63}$'),
    CONSTRAINT collection_strategy_known CHECK (strategy IN ('latest', 'highest-value')),
    CONSTRAINT collection_threshold_range CHECK (threshold >= 0 AND threshold <= 1),
    CONSTRAINT collection_value_rule_known
        CHECK (value_rule IN ('value-score', 'value-or-confidence', 'value-or-endorsements')),
    CONSTRAINT collection_policy_revision_positive CHECK (policy_revision >= 1),
    CONSTRAINT collection_settled_no_further CHECK (settled_revision <= policy_revision)
);
COMMENT ON TABLE collections IS 'One row per collection: how it decides.';
COMMENT ON COLUMN collections.collection IS 'The collection''s name.';
COMMENT ON COLUMN collections.strategy IS 'The rule by which one of several contributions wins.';
COMMENT ON COLUMN collections.threshold IS 'Contributions of at least this value can win; 0 to 1.';
COMMENT ON COLUMN collections.value_rule IS 'Where in a payload its value stands.';
COMMENT ON COLUMN collections.policy_revision IS 'Grows with every change of strategy, threshold or value rule.';
COMMENT ON COLUMN collections.settled_revision IS 'The policy revision under which all its patterns were last decided.';
COMMENT ON COLUMN collections.created_at IS 'When the collection was made.';
COMMENT ON COLUMN collections.updated_at IS 'When its policy last changed.';

-- One row per collection and feed. Whoever writes to a feed holds its row until commit, so that numbers become visible
-- in their own order and no cursor can pass a change that is still to commit.
CREATE TABLE feed_heads (
    collection text COLLATE "C" NOT NULL,
    feed       text    NOT NULL,
    number     bigint  NOT NULL DEFAULT 0,
    count      bigint  NOT NULL DEFAULT 0,
    digest     bytea   NOT NULL DEFAULT decode(repeat('00', 32), 'hex'),
    horizon    bigint  NOT NULL DEFAULT 0,
    CONSTRAINT feed_heads_pkey PRIMARY KEY (collection, feed),
    CONSTRAINT feed_heads_collection_fkey FOREIGN KEY (collection) REFERENCES collections (collection),
    CONSTRAINT feed_known CHECK (feed IN ('contributions', 'winners')),
    CONSTRAINT feed_number_not_negative CHECK (number >= 0 AND horizon >= 0 AND horizon <= number),
    CONSTRAINT feed_count_not_negative CHECK (count >= 0),
    CONSTRAINT feed_digest_length CHECK (octet_length(digest) = 32)
) WITH (fillfactor = 10);
COMMENT ON TABLE feed_heads IS 'One row per collection and feed; its lock is the feed''s commit order.';
COMMENT ON COLUMN feed_heads.collection IS 'The collection.';
COMMENT ON COLUMN feed_heads.feed IS 'contributions: what nodes said; winners: what won.';
COMMENT ON COLUMN feed_heads.number IS 'The number of the feed''s last change.';
COMMENT ON COLUMN feed_heads.count IS 'Contributions, or live winners.';
COMMENT ON COLUMN feed_heads.digest IS 'Sum of their item digests modulo 2^256, big-endian.';
COMMENT ON COLUMN feed_heads.horizon IS 'Cursors below this number have missed changes that were compacted.';

-- One row per pattern and origin: what that origin currently says. Written by COPY under the collection's feed lock.
CREATE TABLE contributions (
    collection    text COLLATE "C" NOT NULL,
    pattern_id    text COLLATE "C" NOT NULL,
    node          text COLLATE "C" NOT NULL,
    incarnation   integer          NOT NULL,
    revision      bigint           NOT NULL,
    checksum      bytea            NOT NULL,
    feed_number   bigint           NOT NULL,
    value         double precision,
    updated_at    timestamptz,
    received_at   timestamptz      NOT NULL,
    path          text[]           NOT NULL,
    payload       text,
    vector_digest bytea,
    vector_model  text,
    vector        bytea,
    CONSTRAINT contributions_pkey PRIMARY KEY (collection, pattern_id, node),
    CONSTRAINT contribution_id_length CHECK (octet_length(pattern_id) BETWEEN 1 AND 256),
    CONSTRAINT contribution_checksum_length CHECK (octet_length(checksum) = 32),
    CONSTRAINT contribution_value_range CHECK (value >= 0 AND value <= 1),
    CONSTRAINT contribution_content_whole
        CHECK ((payload IS NULL) = (value IS NULL) AND (payload IS NULL) = (updated_at IS NULL)),
    CONSTRAINT contribution_vector_whole
        CHECK ((vector IS NULL) = (vector_digest IS NULL) AND (vector IS NULL OR payload IS NOT NULL)),
    CONSTRAINT contribution_vector_numbers CHECK (octet_length(vector) % 4 = 0)
);
-- Nobody searches by these, and sampling them makes ANALYZE read every long value.
ALTER TABLE contributions ALTER payload SET STATISTICS 0, ALTER vector SET STATISTICS 0,
    ALTER checksum SET STATISTICS 0, ALTER path SET STATISTICS 0, ALTER vector_digest SET STATISTICS 0;
-- Serves the contributions feed, and says that every number is given once.
CREATE UNIQUE INDEX contributions_feed ON contributions (collection, feed_number);
COMMENT ON TABLE contributions IS 'One row per pattern and origin: what that origin currently says.';
COMMENT ON COLUMN contributions.collection IS 'The collection.';
COMMENT ON COLUMN contributions.pattern_id IS 'The pattern.';
COMMENT ON COLUMN contributions.node IS 'The origin: the node that says this.';
COMMENT ON COLUMN contributions.incarnation IS 'Which enrolment of the origin wrote it.';
COMMENT ON COLUMN contributions.revision IS 'The origin''s own number of the statement.';
COMMENT ON COLUMN contributions.checksum IS 'SHA-256 over collection, id and canonical payload.';
COMMENT ON COLUMN contributions.feed_number IS 'Its place in the contributions feed.';
COMMENT ON COLUMN contributions.value IS 'What the value rule reads from the payload; NULL for a retraction.';
COMMENT ON COLUMN contributions.updated_at IS 'The payload''s own time, else the revision''s; NULL for a retraction.';
COMMENT ON COLUMN contributions.received_at IS 'When this hub received it.';
COMMENT ON COLUMN contributions.path IS 'The hubs it passed through before this one.';
COMMENT ON COLUMN contributions.payload IS 'Canonical JSON (RFC 8785) as text; NULL for a retraction.';
COMMENT ON COLUMN contributions.vector_digest IS 'SHA-256 over the vector; NULL without one.';
COMMENT ON COLUMN contributions.vector_model IS 'The embedding model, where the origin named it.';
COMMENT ON COLUMN contributions.vector IS 'Little-endian binary32 numbers; NULL without a vector.';

-- One row per superseded version of a contribution, kept until retention.
CREATE TABLE contribution_history (
    collection    text COLLATE "C" NOT NULL,
    pattern_id    text COLLATE "C" NOT NULL,
    node          text COLLATE "C" NOT NULL,
    incarnation   integer          NOT NULL,
    revision      bigint           NOT NULL,
    checksum      bytea            NOT NULL,
    value         double precision,
    updated_at    timestamptz,
    received_at   timestamptz      NOT NULL,
    superseded_at timestamptz      NOT NULL,
    path          text[]           NOT NULL,
    payload       text
);
-- Serves the history of one pattern.
CREATE INDEX contribution_history_pattern ON contribution_history (collection, pattern_id, superseded_at);
-- Serves retention; rows arrive in the order of time.
CREATE INDEX contribution_history_age ON contribution_history USING brin (superseded_at);
COMMENT ON TABLE contribution_history IS 'One row per superseded version of a contribution, kept until retention.';
COMMENT ON COLUMN contribution_history.collection IS 'The collection.';
COMMENT ON COLUMN contribution_history.pattern_id IS 'The pattern.';
COMMENT ON COLUMN contribution_history.node IS 'The origin.';
COMMENT ON COLUMN contribution_history.incarnation IS 'Which enrolment of the origin wrote it.';
COMMENT ON COLUMN contribution_history.revision IS 'The origin''s own number of the statement.';
COMMENT ON COLUMN contribution_history.checksum IS 'SHA-256 over collection, id and canonical payload.';
COMMENT ON COLUMN contribution_history.value IS 'What the value rule read from the payload; NULL for a retraction.';
COMMENT ON COLUMN contribution_history.updated_at IS 'The payload''s own time; NULL for a retraction.';
COMMENT ON COLUMN contribution_history.received_at IS 'When this hub received it.';
COMMENT ON COLUMN contribution_history.superseded_at IS 'When a newer statement took its place.';
COMMENT ON COLUMN contribution_history.path IS 'The hubs it passed through before this one.';
COMMENT ON COLUMN contribution_history.payload IS 'Canonical JSON as text; NULL for a retraction.';

-- One row per pattern that ever had a winner: which contribution is served. Follows from contributions and policy.
CREATE TABLE winners (
    collection      text COLLATE "C" NOT NULL,
    pattern_id      text COLLATE "C" NOT NULL,
    state           text             NOT NULL,
    node            text COLLATE "C",
    incarnation     integer,
    revision        bigint,
    checksum        bytea,
    vector_digest   bytea,
    value           double precision,
    updated_at      timestamptz,
    contributors    integer          NOT NULL,
    policy_revision bigint           NOT NULL,
    feed_number     bigint           NOT NULL,
    CONSTRAINT winners_pkey PRIMARY KEY (collection, pattern_id),
    CONSTRAINT winner_state_known CHECK (state IN ('live', 'retracted')),
    CONSTRAINT winner_whole CHECK (
        (state = 'live') = (node IS NOT NULL AND incarnation IS NOT NULL AND revision IS NOT NULL
            AND checksum IS NOT NULL AND value IS NOT NULL AND updated_at IS NOT NULL)
    ),
    CONSTRAINT winner_contributors_counted CHECK (contributors >= 0 AND (state = 'live') = (contributors > 0))
) WITH (fillfactor = 90);
ALTER TABLE winners ALTER checksum SET STATISTICS 0, ALTER vector_digest SET STATISTICS 0;
-- Serves the winners feed, and says that every number is given once.
CREATE UNIQUE INDEX winners_feed ON winners (collection, feed_number);
COMMENT ON TABLE winners IS 'One row per pattern that ever had a winner: which contribution is served.';
COMMENT ON COLUMN winners.collection IS 'The collection.';
COMMENT ON COLUMN winners.pattern_id IS 'The pattern.';
COMMENT ON COLUMN winners.state IS 'live: a contribution won; retracted: none can win any more.';
COMMENT ON COLUMN winners.node IS 'The origin whose contribution won; NULL where none did.';
COMMENT ON COLUMN winners.incarnation IS 'Of the contribution that won.';
COMMENT ON COLUMN winners.revision IS 'Of the contribution that won.';
COMMENT ON COLUMN winners.checksum IS 'Of the contribution that won.';
COMMENT ON COLUMN winners.vector_digest IS 'Of the contribution that won; NULL without a vector.';
COMMENT ON COLUMN winners.value IS 'Of the contribution that won.';
COMMENT ON COLUMN winners.updated_at IS 'Of the contribution that won.';
COMMENT ON COLUMN winners.contributors IS 'Live contributions at or above the threshold.';
COMMENT ON COLUMN winners.policy_revision IS 'The policy revision it was decided under.';
COMMENT ON COLUMN winners.feed_number IS 'Its place in the winners feed.';

-- One row per distinct refused item of a node. The same item sent again is counted, not kept again.
CREATE TABLE quarantine (
    node             text COLLATE "C" NOT NULL,
    collection       text COLLATE "C" NOT NULL,
    code             text             NOT NULL,
    body_digest      bytea            NOT NULL,
    pattern_id       text COLLATE "C",
    detail           text             NOT NULL,
    body             bytea            NOT NULL,
    body_length      bigint           NOT NULL,
    times            bigint           NOT NULL DEFAULT 1,
    first_refused_at timestamptz      NOT NULL,
    last_refused_at  timestamptz      NOT NULL,
    CONSTRAINT quarantine_pkey PRIMARY KEY (node, collection, code, body_digest),
    CONSTRAINT quarantine_body_bounded CHECK (octet_length(body) <= 262144),
    CONSTRAINT quarantine_times_positive CHECK (times >= 1)
);
COMMENT ON TABLE quarantine IS 'One row per distinct refused item of a node.';
COMMENT ON COLUMN quarantine.node IS 'The node that sent it.';
COMMENT ON COLUMN quarantine.collection IS 'The collection it was sent to.';
COMMENT ON COLUMN quarantine.code IS 'Why it was refused: a stable code.';
COMMENT ON COLUMN quarantine.body_digest IS 'SHA-256 over the kept bytes.';
COMMENT ON COLUMN quarantine.pattern_id IS 'The pattern, where the id could be read.';
COMMENT ON COLUMN quarantine.detail IS 'What is wrong with the item.';
COMMENT ON COLUMN quarantine.body IS 'The item as it was sent; of one over the limit, its beginning.';
COMMENT ON COLUMN quarantine.body_length IS 'Bytes of the item as it was sent.';
COMMENT ON COLUMN quarantine.times IS 'How often it was sent.';
COMMENT ON COLUMN quarantine.first_refused_at IS 'When it was first sent.';
COMMENT ON COLUMN quarantine.last_refused_at IS 'When it was last sent.';

-- One row per collection and node that uses the predecessor's API: what its next manifest has to look like, so that its
-- client, which goes one way per round, goes both ways in turn.
CREATE TABLE predecessor_clients (
    node             text COLLATE "C" NOT NULL,
    collection       text COLLATE "C" NOT NULL,
    turn             text             NOT NULL,
    second_id        text             NOT NULL,
    vector_dimension integer,
    CONSTRAINT predecessor_clients_pkey PRIMARY KEY (node, collection),
    CONSTRAINT predecessor_client_turn_known CHECK (turn IN ('collect', 'distribute')),
    CONSTRAINT predecessor_client_second_id_known CHECK (second_id IN ('none', 'integer', 'uuid'))
);
COMMENT ON TABLE predecessor_clients IS 'One row per collection and node that uses the predecessor''s API.';
COMMENT ON COLUMN predecessor_clients.node IS 'The node.';
COMMENT ON COLUMN predecessor_clients.collection IS 'The collection.';
COMMENT ON COLUMN predecessor_clients.turn IS 'collect: the next manifest makes the client push; distribute: pull.';
COMMENT ON COLUMN predecessor_clients.second_id IS 'Kind of the second id of its last push, by which its client compares.';
COMMENT ON COLUMN predecessor_clients.vector_dimension IS 'Dimension of the vectors it pushed; NULL before the first.';
