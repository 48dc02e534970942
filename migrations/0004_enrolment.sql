-- How machines enrol themselves: the operator hands out a token that is good for one of them.

CREATE TABLE join_tokens (
    token_id      text COLLATE "C" NOT NULL,
    token_hash    bytea            NOT NULL,
    node          text COLLATE "C",
    role          text             NOT NULL,
    created_at    timestamptz      NOT NULL,
    expires_at    timestamptz      NOT NULL,
    withdrawn_at  timestamptz,
    used_at       timestamptz,
    used_by       text COLLATE "C",
    used_token_id text COLLATE "C",
    CONSTRAINT join_tokens_pkey PRIMARY KEY (token_id),
    CONSTRAINT join_token_hash_length CHECK (octet_length(token_hash) = 32),
    CONSTRAINT join_token_node_shape CHECK (node ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
    CONSTRAINT join_token_role_known CHECK (role IN ('spoke', 'hub')),
    CONSTRAINT join_token_expires_later CHECK (expires_at > created_at),
    CONSTRAINT join_token_used_whole CHECK (
        (used_at IS NULL) = (used_by IS NULL) AND (used_at IS NULL) = (used_token_id IS NULL)
    ),
    CONSTRAINT join_token_used_by_fkey FOREIGN KEY (used_by) REFERENCES nodes (node)
);
COMMENT ON TABLE join_tokens IS 'One row per token with which one machine may enrol itself, or has.';
COMMENT ON COLUMN join_tokens.token_id IS 'The public part of the token, by which its row is found.';
COMMENT ON COLUMN join_tokens.token_hash IS 'SHA-256 of the whole token; the token itself is kept nowhere.';
COMMENT ON COLUMN join_tokens.node IS 'The only name it may enrol; NULL: any that is not enrolled.';
COMMENT ON COLUMN join_tokens.role IS 'The role of the node it enrols.';
COMMENT ON COLUMN join_tokens.created_at IS 'When the operator made it.';
COMMENT ON COLUMN join_tokens.expires_at IS 'From when on it is worth nothing.';
COMMENT ON COLUMN join_tokens.withdrawn_at IS 'When the operator took it back; NULL while that did not happen.';
COMMENT ON COLUMN join_tokens.used_at IS 'When a machine enrolled itself with it; NULL while none has.';
COMMENT ON COLUMN join_tokens.used_by IS 'The node that was enrolled with it.';
COMMENT ON COLUMN join_tokens.used_token_id IS 'The node''s own token: the same again is the same enrolment, not a second one.';
