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
