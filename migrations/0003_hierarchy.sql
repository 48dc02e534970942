-- What hubs need to be each other's nodes, and less room for what winners were merged from.

-- Parents in their own short form: they are compared and copied far more often than read.
ALTER TABLE winners DROP CONSTRAINT winner_parents_have_payload;
ALTER TABLE winners RENAME parents TO parents_json;
ALTER TABLE winners ADD COLUMN parents bytea;
UPDATE winners SET parents = (
    SELECT string_agg(
        set_byte('\x00'::bytea, 0, octet_length(p->>'origin')) || convert_to(p->>'origin', 'UTF8')
            || int4send((p->>'incarnation')::integer) || int8send((p->>'revision')::bigint)
            || decode(p->>'checksum', 'hex'),
        ''::bytea ORDER BY position
    )
    FROM json_array_elements(parents_json::json) WITH ORDINALITY AS parent (p, position)
)
WHERE parents_json IS NOT NULL;
ALTER TABLE winners DROP COLUMN parents_json;
ALTER TABLE winners ALTER parents SET STATISTICS 0, ALTER parents SET STORAGE EXTERNAL,
    ADD CONSTRAINT winner_parents_have_payload CHECK (parents IS NULL OR payload IS NOT NULL);
COMMENT ON COLUMN winners.parents IS
    'What it was merged from: for each origin the length of its name (1 byte), name, incarnation (4), revision (8), checksum (32).';

COMMENT ON COLUMN quarantine.body_digest IS
    'SHA-256 over the item''s canonical form without what its sender writes anew each time; else over the kept bytes.';

-- The name under which this hub appears in the paths of what it passes on.
ALTER TABLE hub
    ADD COLUMN name text COLLATE "C",
    ADD CONSTRAINT hub_name_shape CHECK (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$');
COMMENT ON COLUMN hub.name IS 'Its name in the paths of what it passes on; NULL for its hub_id.';

-- By which hub a node of role hub is, so that what one of two connections brought does not go back by the other.
ALTER TABLE nodes ADD COLUMN hub_id uuid;
COMMENT ON COLUMN nodes.hub_id IS 'Of a node of role hub: which hub it said it is; NULL while it said nothing.';

-- What decides whether a hub that forwards only what is worth something forwards this.
ALTER TABLE contributions
    ADD COLUMN peak_value double precision,
    ADD CONSTRAINT contribution_peak_range CHECK (peak_value >= 0 AND peak_value <= 1);
UPDATE contributions AS c SET peak_value = greatest(
    c.value, (SELECT max(h.value) FROM contribution_history AS h
        WHERE h.collection = c.collection AND h.pattern_id = c.pattern_id AND h.node = c.node)
);
COMMENT ON COLUMN contributions.peak_value IS
    'The greatest value of any version held: what was forwarded once is followed also where its value fell.';

-- One row per hub that this one is a node of.
CREATE TABLE upstreams (
    url                   text COLLATE "C" NOT NULL,
    node                  text COLLATE "C" NOT NULL,
    token_file            text             NOT NULL,
    collections           text[],
    min_value             double precision NOT NULL,
    sync_interval_seconds integer          NOT NULL,
    is_configured         boolean          NOT NULL,
    added_at              timestamptz      NOT NULL,
    hub_id                uuid,
    hub_name              text COLLATE "C",
    epoch                 uuid,
    own_epoch             uuid,
    leased_by             uuid,
    leased_until          timestamptz,
    contacted_at          timestamptz,
    failed_at             timestamptz,
    failures              integer          NOT NULL DEFAULT 0,
    error                 text,
    CONSTRAINT upstreams_pkey PRIMARY KEY (url),
    CONSTRAINT upstream_node_shape CHECK (node ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    CONSTRAINT upstream_min_value_range CHECK (min_value >= 0 AND min_value <= 1),
    CONSTRAINT upstream_interval_range CHECK (sync_interval_seconds BETWEEN 1 AND 86400),
    CONSTRAINT upstream_failures_not_negative CHECK (failures >= 0),
    CONSTRAINT upstream_failure_whole CHECK ((failures = 0) = (error IS NULL) AND (error IS NULL) = (failed_at IS NULL))
);
COMMENT ON TABLE upstreams IS 'One row per hub that this one is a node of.';
COMMENT ON COLUMN upstreams.url IS 'Where it answers, without a slash at the end.';
COMMENT ON COLUMN upstreams.node IS 'The name under which this hub is enrolled there.';
COMMENT ON COLUMN upstreams.token_file IS 'The file with the token; the token itself is kept nowhere.';
COMMENT ON COLUMN upstreams.collections IS 'The collections that travel; NULL for all.';
COMMENT ON COLUMN upstreams.min_value IS 'Only contributions that once had this value are forwarded.';
COMMENT ON COLUMN upstreams.sync_interval_seconds IS 'At the latest after so long both are compared.';
COMMENT ON COLUMN upstreams.is_configured IS 'Whether it is from the configuration file rather than from a command.';
COMMENT ON COLUMN upstreams.added_at IS 'When it was added.';
COMMENT ON COLUMN upstreams.hub_id IS 'Which hub it is; NULL before the first contact.';
COMMENT ON COLUMN upstreams.hub_name IS 'The name it gives itself in paths.';
COMMENT ON COLUMN upstreams.epoch IS 'Its history when both were last found in agreement; another one has them compared.';
COMMENT ON COLUMN upstreams.own_epoch IS 'This hub''s own history then.';
COMMENT ON COLUMN upstreams.leased_by IS 'The process that replicates with it; NULL where none does.';
COMMENT ON COLUMN upstreams.leased_until IS 'When another process may take over.';
COMMENT ON COLUMN upstreams.contacted_at IS 'When it last answered.';
COMMENT ON COLUMN upstreams.failed_at IS 'When the last of the failures in a row happened; NULL without any.';
COMMENT ON COLUMN upstreams.failures IS 'Failures in a row.';
COMMENT ON COLUMN upstreams.error IS 'What failed last, and what to do; NULL where the last exchange succeeded.';

-- One row per upstream, collection, feed and direction: how far replication has come.
CREATE TABLE upstream_positions (
    url          text COLLATE "C" NOT NULL,
    collection   text COLLATE "C" NOT NULL,
    feed         text             NOT NULL,
    direction    text             NOT NULL,
    number       bigint           NOT NULL DEFAULT 0,
    cursor       text,
    head         bigint           NOT NULL DEFAULT 0,
    items        bigint           NOT NULL DEFAULT 0,
    moved_at     timestamptz,
    behind_since timestamptz,
    CONSTRAINT upstream_positions_pkey PRIMARY KEY (url, collection, feed, direction),
    CONSTRAINT upstream_positions_url_fkey FOREIGN KEY (url) REFERENCES upstreams (url) ON DELETE CASCADE,
    CONSTRAINT upstream_position_feed_known CHECK (feed IN ('contributions', 'resolutions')),
    CONSTRAINT upstream_position_direction_known CHECK (direction IN ('push', 'pull')),
    CONSTRAINT upstream_position_not_negative CHECK (number >= 0 AND head >= 0 AND items >= 0)
);
COMMENT ON TABLE upstream_positions IS
    'One row per upstream, collection, feed and direction: how far replication has come.';
COMMENT ON COLUMN upstream_positions.url IS 'The upstream.';
COMMENT ON COLUMN upstream_positions.collection IS 'The collection.';
COMMENT ON COLUMN upstream_positions.feed IS 'contributions or resolutions.';
COMMENT ON COLUMN upstream_positions.direction IS 'push: from here to there; pull: from there to here.';
COMMENT ON COLUMN upstream_positions.number IS 'Up to this number of the giving hub''s feed everything was taken.';
COMMENT ON COLUMN upstream_positions.cursor IS 'Of a pull: the upstream''s cursor there; NULL to begin anew.';
COMMENT ON COLUMN upstream_positions.head IS 'Of a pull: the number of the upstream''s last change, when it was last heard of.';
COMMENT ON COLUMN upstream_positions.items IS 'Statements that the other side did not have before.';
COMMENT ON COLUMN upstream_positions.moved_at IS 'When the position last moved.';
COMMENT ON COLUMN upstream_positions.behind_since IS 'Since when there is something to do; NULL where nothing is.';

-- One row per statement that an upstream did not take.
CREATE TABLE upstream_refusals (
    url        text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    pattern_id text COLLATE "C" NOT NULL,
    origin     text COLLATE "C" NOT NULL,
    revision   bigint           NOT NULL,
    code       text             NOT NULL,
    detail     text             NOT NULL,
    refused_at timestamptz      NOT NULL,
    CONSTRAINT upstream_refusals_pkey PRIMARY KEY (url, collection, pattern_id, origin),
    CONSTRAINT upstream_refusals_url_fkey FOREIGN KEY (url) REFERENCES upstreams (url) ON DELETE CASCADE
);
COMMENT ON TABLE upstream_refusals IS 'One row per statement that an upstream did not take.';
COMMENT ON COLUMN upstream_refusals.url IS 'The upstream.';
COMMENT ON COLUMN upstream_refusals.collection IS 'The collection.';
COMMENT ON COLUMN upstream_refusals.pattern_id IS 'The pattern.';
COMMENT ON COLUMN upstream_refusals.origin IS 'Whose statement it is.';
COMMENT ON COLUMN upstream_refusals.revision IS 'The origin''s number of the statement.';
COMMENT ON COLUMN upstream_refusals.code IS 'The stable code of the refusal.';
COMMENT ON COLUMN upstream_refusals.detail IS 'What is wrong with it, in the upstream''s words.';
COMMENT ON COLUMN upstream_refusals.refused_at IS 'When it was refused.';

-- One row per relay, collection and origin: whose statements a hub has passed on to this one.
CREATE TABLE relayed_origins (
    relay       text COLLATE "C" NOT NULL,
    collection  text COLLATE "C" NOT NULL,
    origin      text COLLATE "C" NOT NULL,
    incarnation integer          NOT NULL,
    statements  bigint           NOT NULL,
    first_at    timestamptz      NOT NULL,
    last_at     timestamptz      NOT NULL,
    CONSTRAINT relayed_origins_pkey PRIMARY KEY (relay, collection, origin),
    CONSTRAINT relayed_origin_statements_counted CHECK (statements >= 1)
);
-- Serves the enrolment of a node that was heard of from elsewhere before.
CREATE INDEX relayed_origins_origin ON relayed_origins (origin);
COMMENT ON TABLE relayed_origins IS
    'One row per relay, collection and origin: whose statements a hub has passed on to this one.';
COMMENT ON COLUMN relayed_origins.relay IS 'The name of the hub in paths.';
COMMENT ON COLUMN relayed_origins.collection IS 'The collection.';
COMMENT ON COLUMN relayed_origins.origin IS 'The node that said them.';
COMMENT ON COLUMN relayed_origins.incarnation IS 'Its greatest incarnation heard of.';
COMMENT ON COLUMN relayed_origins.statements IS 'Statements that were new here.';
COMMENT ON COLUMN relayed_origins.first_at IS 'When the first of them came.';
COMMENT ON COLUMN relayed_origins.last_at IS 'When the last of them came.';
