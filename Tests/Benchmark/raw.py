"""PostgreSQL alone, doing the least possible work on the same data."""

import json
import os
import time

from workload import uuid_text

BATCH = 2_000


def script(path, data):
    """Writes the psql script of raw ingest: COPY into a temporary table, then INSERT ... ON CONFLICT, batch by batch."""
    with open(path, "w", encoding="utf-8") as output:
        output.write("CREATE TABLE plain (id text COLLATE \"C\", node text COLLATE \"C\", payload text, "
                     "PRIMARY KEY (id, node));\n"
                     "CREATE TEMPORARY TABLE stage (id text, node text, payload text);\n")
        for node, items in data.items():
            for start in range(0, len(items), BATCH):
                output.write("BEGIN;\nTRUNCATE stage;\nCOPY stage FROM STDIN;\n")
                for identifier, body in items[start:start + BATCH]:
                    text = json.dumps(body, separators=(",", ":")).replace("\\", "\\\\")
                    output.write(f"{uuid_text(identifier)}\t{node}\t{text}\n")
                output.write("\\.\nINSERT INTO plain SELECT * FROM stage ON CONFLICT (id, node) "
                             "DO UPDATE SET payload = excluded.payload;\nCOMMIT;\n")


def ingest(hub, path):
    """Seconds that raw ingest takes in a fresh table."""
    hub.psql("-c", "SET client_min_messages = error", "-c", "DROP TABLE IF EXISTS plain")
    started = time.perf_counter()
    hub.psql("-f", path)
    return time.perf_counter() - started


def pull(hub, directory):
    """Seconds that reading all payloads takes."""
    target = os.path.join(directory, "raw.out")
    started = time.perf_counter()
    hub.psql("-c", f"\\copy (SELECT payload FROM plain) TO '{target}'")
    seconds = time.perf_counter() - started
    os.unlink(target)
    return seconds
