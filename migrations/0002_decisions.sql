-- Decisions that people make, and what is needed to explain, undo and bound them.

-- Strategies that make one content of many, or ask a person.
ALTER TABLE collections
    DROP CONSTRAINT collection_strategy_known,
    ADD CONSTRAINT collection_strategy_known CHECK (strategy IN ('latest', 'highest-value', 'merge', 'manual')),
    ADD COLUMN merge_rules text;
COMMENT ON COLUMN collections.merge_rules IS
    'What merging does with each field, as JSON; NULL: what the name stands for.';

-- One row per collection and revision of its policy, so that the past can be explained by the policy of the past.
CREATE TABLE policies (
    collection      text COLLATE "C" NOT NULL,
    policy_revision bigint           NOT NULL,
    strategy        text             NOT NULL,
    threshold       double precision NOT NULL,
    value_rule      text             NOT NULL,
    merge_rules     text,
    since           timestamptz      NOT NULL,
    CONSTRAINT policies_pkey PRIMARY KEY (collection, policy_revision),
    CONSTRAINT policies_collection_fkey FOREIGN KEY (collection) REFERENCES collections (collection)
);
COMMENT ON TABLE policies IS 'One row per collection and revision of its policy.';
COMMENT ON COLUMN policies.collection IS 'The collection.';
COMMENT ON COLUMN policies.policy_revision IS 'The policy revision.';
COMMENT ON COLUMN policies.strategy IS 'The strategy under this revision.';
COMMENT ON COLUMN policies.threshold IS 'The threshold under this revision.';
COMMENT ON COLUMN policies.value_rule IS 'The value rule under this revision.';
COMMENT ON COLUMN policies.merge_rules IS 'The merge rules under this revision.';
COMMENT ON COLUMN policies.since IS 'When this revision began to hold.';
INSERT INTO policies (collection, policy_revision, strategy, threshold, value_rule, since)
SELECT collection, policy_revision, strategy, threshold, value_rule, updated_at FROM collections;

-- A third feed: what operators resolved.
ALTER TABLE feed_heads
    DROP CONSTRAINT feed_known,
    ADD CONSTRAINT feed_known CHECK (feed IN ('contributions', 'winners', 'resolutions'));
COMMENT ON COLUMN feed_heads.feed IS
    'contributions: what nodes said; winners: what won; resolutions: what operators decided.';
COMMENT ON COLUMN feed_heads.count IS 'Contributions, live winners, or resolutions.';
INSERT INTO feed_heads (collection, feed) SELECT collection, 'resolutions' FROM collections;

-- One row per statement of an operator; the newest of a subject stands. Superseded ones stay: they are few, and they
-- explain the past.
CREATE TABLE resolutions (
    collection          text COLLATE "C" NOT NULL,
    pattern_id          text COLLATE "C",
    content_digest      bytea,
    origin              text COLLATE "C" NOT NULL,
    revision            bigint           NOT NULL,
    decision            text             NOT NULL,
    covers              bytea[]          NOT NULL,
    reason              text             NOT NULL,
    decided_by          text             NOT NULL,
    decided_at          timestamptz      NOT NULL,
    received_at         timestamptz      NOT NULL,
    erases              boolean          NOT NULL,
    source_node         text COLLATE "C",
    source_incarnation  integer,
    source_revision     bigint,
    checksum            bytea,
    value               double precision,
    updated_at          timestamptz,
    payload             text,
    feed_number         bigint           NOT NULL,
    is_applied          boolean          NOT NULL,
    winners_number      bigint,
    CONSTRAINT resolutions_pkey PRIMARY KEY (collection, feed_number),
    CONSTRAINT resolution_has_one_subject CHECK ((pattern_id IS NULL) <> (content_digest IS NULL)),
    CONSTRAINT resolution_digest_length CHECK (octet_length(content_digest) = 32),
    CONSTRAINT resolution_decision_known CHECK (decision IN ('content', 'retracted', 'lifted')),
    CONSTRAINT resolution_revision_positive CHECK (revision >= 1),
    CONSTRAINT resolution_reason_bounded CHECK (octet_length(reason) BETWEEN 1 AND 1024),
    CONSTRAINT resolution_content_whole CHECK (
        (decision = 'content') = (checksum IS NOT NULL) AND (checksum IS NULL) = (updated_at IS NULL)
        AND (checksum IS NULL) = (value IS NULL) AND (decision <> 'content' OR pattern_id IS NOT NULL)
    ),
    CONSTRAINT resolution_source_whole
        CHECK (
            (source_node IS NULL) = (source_incarnation IS NULL) AND (source_node IS NULL) = (source_revision IS NULL)
        )
);
-- Serves the resolutions of one pattern, and says that an origin numbers its statements.
CREATE UNIQUE INDEX resolutions_pattern ON resolutions (collection, pattern_id, origin, revision)
    WHERE pattern_id IS NOT NULL;
-- Serves the resolutions of one content, and says that an origin numbers its statements.
CREATE UNIQUE INDEX resolutions_content ON resolutions (collection, content_digest, origin, revision)
    WHERE content_digest IS NOT NULL;
COMMENT ON TABLE resolutions IS 'One row per statement of an operator; the newest of a subject stands.';
COMMENT ON COLUMN resolutions.collection IS 'The collection.';
COMMENT ON COLUMN resolutions.pattern_id IS 'The pattern it is about; NULL where it is about a content.';
COMMENT ON COLUMN resolutions.content_digest IS
    'The content it is about, under whatever id; NULL where it is about a pattern.';
COMMENT ON COLUMN resolutions.origin IS 'The hub at which it was decided.';
COMMENT ON COLUMN resolutions.revision IS 'The origin''s own number of the statement.';
COMMENT ON COLUMN resolutions.decision IS
    'content: this content is served; retracted: nothing is; lifted: what was decided before holds no more.';
COMMENT ON COLUMN resolutions.covers IS 'Checksums of the contents that were seen.';
COMMENT ON COLUMN resolutions.reason IS 'Why, in the operator''s words.';
COMMENT ON COLUMN resolutions.decided_by IS 'Who decided.';
COMMENT ON COLUMN resolutions.decided_at IS 'When it was decided.';
COMMENT ON COLUMN resolutions.received_at IS 'When this hub received it.';
COMMENT ON COLUMN resolutions.erases IS 'Whether the text of what was retracted is removed.';
COMMENT ON COLUMN resolutions.source_node IS
    'Whose contribution was chosen; NULL where the operator wrote the content.';
COMMENT ON COLUMN resolutions.source_incarnation IS 'Of the contribution that was chosen.';
COMMENT ON COLUMN resolutions.source_revision IS 'Of the contribution that was chosen.';
COMMENT ON COLUMN resolutions.checksum IS 'Of the resolved content.';
COMMENT ON COLUMN resolutions.value IS 'Of the resolved content.';
COMMENT ON COLUMN resolutions.updated_at IS 'Of the resolved content.';
COMMENT ON COLUMN resolutions.payload IS 'The resolved content, canonical JSON; NULL where it was erased.';
COMMENT ON COLUMN resolutions.feed_number IS 'Its place in the resolutions feed.';
COMMENT ON COLUMN resolutions.is_applied IS 'Whether this hub''s winners follow it already.';
COMMENT ON COLUMN resolutions.winners_number IS 'The winners feed''s number at which they did.';

-- What a contribution is apart from what its origin said: an operator may have retracted its content, or erased it.
ALTER TABLE contributions
    ADD COLUMN is_withheld boolean NOT NULL DEFAULT false,
    ADD COLUMN is_erased   boolean NOT NULL DEFAULT false,
    ADD COLUMN content_digest bytea,
    ADD CONSTRAINT contribution_erased_is_empty CHECK (NOT is_erased OR payload IS NULL),
    DROP CONSTRAINT contribution_vector_whole,
    ADD CONSTRAINT contribution_vector_whole CHECK (
        ((vector IS NULL) = (vector_digest IS NULL) OR is_erased) AND (vector IS NULL OR payload IS NOT NULL)
    );
COMMENT ON COLUMN contributions.is_withheld IS 'Whether an operator retracted its content, so that it cannot win.';
COMMENT ON COLUMN contributions.is_erased IS 'Whether its text was removed; the checksum stays.';
COMMENT ON COLUMN contributions.content_digest IS 'Of an erased content that is retracted under whatever id; else NULL.';
COMMENT ON COLUMN contributions.payload IS
    'Canonical JSON (RFC 8785) as text; NULL for a retraction, and where it was erased.';

-- The past has to be complete: what is brought back from it is what was said, vector included.
ALTER TABLE contribution_history
    ADD COLUMN vector_digest bytea,
    ADD COLUMN vector_model  text,
    ADD COLUMN vector        bytea,
    ADD COLUMN is_withheld   boolean NOT NULL DEFAULT false,
    ADD COLUMN is_erased     boolean NOT NULL DEFAULT false,
    ADD COLUMN content_digest bytea,
    ADD COLUMN ended_by      text    NOT NULL DEFAULT 'newer-statement',
    ADD CONSTRAINT history_end_known CHECK (ended_by IN ('newer-statement', 'revocation'));
COMMENT ON COLUMN contribution_history.vector_digest IS 'SHA-256 over the vector; NULL without one.';
COMMENT ON COLUMN contribution_history.vector_model IS 'The embedding model, where the origin named it.';
COMMENT ON COLUMN contribution_history.vector IS 'Little-endian binary32 numbers; NULL without a vector.';
COMMENT ON COLUMN contribution_history.is_withheld IS 'Whether an operator had retracted its content.';
COMMENT ON COLUMN contribution_history.is_erased IS 'Whether its text was removed; the checksum stays.';
COMMENT ON COLUMN contribution_history.content_digest IS
    'Of an erased content that is retracted under whatever id; else NULL.';
COMMENT ON COLUMN contribution_history.ended_by IS
    'newer-statement: its origin said something else; revocation: it was left out with its origin.';

-- A winner may be nobody''s contribution, a conflict may wait, and what an operator retracted still has contributors.
ALTER TABLE winners
    DROP CONSTRAINT winner_state_known,
    DROP CONSTRAINT winner_whole,
    DROP CONSTRAINT winner_contributors_counted,
    ADD COLUMN payload    text,
    ADD COLUMN parents    text,
    ADD COLUMN decided_at timestamptz NOT NULL DEFAULT now(),
    ADD CONSTRAINT winner_state_known CHECK (state IN ('live', 'conflict', 'retracted')),
    ADD CONSTRAINT winner_whole CHECK (
        CASE
            WHEN node IS NULL THEN
                state <> 'live' AND incarnation IS NULL AND revision IS NULL AND checksum IS NULL AND value IS NULL
                AND updated_at IS NULL AND payload IS NULL
            ELSE
                state <> 'retracted' AND incarnation IS NOT NULL AND revision IS NOT NULL AND checksum IS NOT NULL
                AND value IS NOT NULL AND updated_at IS NOT NULL
        END
    ),
    ADD CONSTRAINT winner_contributors_counted CHECK (contributors >= 0 AND (state <> 'live' OR contributors > 0)),
    ADD CONSTRAINT winner_parents_have_payload CHECK (parents IS NULL OR payload IS NOT NULL);
-- Compressing what is merged would cost more than reading it back ever saves.
ALTER TABLE winners ALTER decided_at DROP DEFAULT, ALTER payload SET STATISTICS 0, ALTER parents SET STATISTICS 0,
    ALTER payload SET STORAGE EXTERNAL, ALTER parents SET STORAGE EXTERNAL;
COMMENT ON COLUMN winners.state IS
    'live: there is a winner; conflict: contents differ and wait for a person; retracted: nothing is served.';
COMMENT ON COLUMN winners.payload IS
    'What is served where it is no contribution''s own: merged, or resolved by an operator.';
COMMENT ON COLUMN winners.parents IS 'What it was merged from, as JSON; NULL where it was not merged.';
COMMENT ON COLUMN winners.decided_at IS 'When it was decided so.';

-- Refused items get numbers, by which people name them.
ALTER TABLE quarantine ADD COLUMN number bigint GENERATED ALWAYS AS IDENTITY;
-- Serves the commands that name one item.
CREATE UNIQUE INDEX quarantine_number ON quarantine (number);
-- Serves retractions, which admit again what they had refused.
CREATE INDEX quarantine_pattern ON quarantine (collection, pattern_id);
COMMENT ON COLUMN quarantine.number IS 'Names the item for people.';

-- One row per node, collection and feed: how far the node has applied the feed.
CREATE TABLE checkpoints (
    node       text COLLATE "C" NOT NULL,
    collection text COLLATE "C" NOT NULL,
    feed       text             NOT NULL,
    epoch      uuid             NOT NULL,
    number     bigint           NOT NULL,
    applied_at timestamptz      NOT NULL,
    CONSTRAINT checkpoints_pkey PRIMARY KEY (collection, feed, node),
    CONSTRAINT checkpoints_node_fkey FOREIGN KEY (node) REFERENCES nodes (node),
    CONSTRAINT checkpoint_feed_known CHECK (feed IN ('contributions', 'winners', 'resolutions')),
    CONSTRAINT checkpoint_number_not_negative CHECK (number >= 0)
);
COMMENT ON TABLE checkpoints IS 'One row per node, collection and feed: how far the node has applied the feed.';
COMMENT ON COLUMN checkpoints.node IS 'The node.';
COMMENT ON COLUMN checkpoints.collection IS 'The collection.';
COMMENT ON COLUMN checkpoints.feed IS 'The feed.';
COMMENT ON COLUMN checkpoints.epoch IS 'The hub''s epoch that the number belongs to.';
COMMENT ON COLUMN checkpoints.number IS 'The number of the last change applied.';
COMMENT ON COLUMN checkpoints.applied_at IS 'When the node said so.';

-- One row per revocation that leaves out what a node said.
CREATE TABLE revocations (
    node        text COLLATE "C" NOT NULL,
    incarnation integer          NOT NULL,
    since       timestamptz,
    revoked_at  timestamptz      NOT NULL,
    is_applied  boolean          NOT NULL,
    CONSTRAINT revocations_pkey PRIMARY KEY (node, revoked_at),
    CONSTRAINT revocations_node_fkey FOREIGN KEY (node) REFERENCES nodes (node)
);
COMMENT ON TABLE revocations IS 'One row per revocation that leaves out what a node said.';
COMMENT ON COLUMN revocations.node IS 'The node.';
COMMENT ON COLUMN revocations.incarnation IS 'Its enrolment at the time; what later enrolments say is not left out.';
COMMENT ON COLUMN revocations.since IS 'Statements received since then are left out; NULL: all.';
COMMENT ON COLUMN revocations.revoked_at IS 'When it was revoked.';
COMMENT ON COLUMN revocations.is_applied IS 'Whether winners follow it already.';

-- One row per collection, strategy, node and outcome: how often the node''s contributions met other contents.
CREATE TABLE conflict_outcomes (
    collection text COLLATE "C" NOT NULL,
    strategy   text             NOT NULL,
    node       text COLLATE "C" NOT NULL,
    outcome    text             NOT NULL,
    times      bigint           NOT NULL,
    CONSTRAINT conflict_outcomes_pkey PRIMARY KEY (collection, strategy, node, outcome),
    CONSTRAINT conflict_outcome_known CHECK (outcome IN ('won', 'lost', 'merged', 'opened', 'chosen', 'rejected')),
    CONSTRAINT conflict_outcome_times_positive CHECK (times >= 1)
) WITH (fillfactor = 50);
COMMENT ON TABLE conflict_outcomes IS 'One row per collection, strategy, node and outcome of conflicts.';
COMMENT ON COLUMN conflict_outcomes.collection IS 'The collection.';
COMMENT ON COLUMN conflict_outcomes.strategy IS 'The strategy that decided.';
COMMENT ON COLUMN conflict_outcomes.node IS 'The node whose contribution met another content.';
COMMENT ON COLUMN conflict_outcomes.outcome IS 'won, lost, merged, opened, chosen or rejected.';
COMMENT ON COLUMN conflict_outcomes.times IS 'How often.';

-- What a node may do beyond its role.
ALTER TABLE nodes
    ADD COLUMN scopes text[] NOT NULL DEFAULT '{}',
    ADD CONSTRAINT node_scopes_known CHECK (scopes <@ ARRAY['review']);
COMMENT ON COLUMN nodes.scopes IS 'What it may do beyond its role: review decides conflicts and retracts.';
