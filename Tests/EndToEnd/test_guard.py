"""What must not leave a workstation: planted in every place of a pattern, and then looked for everywhere else."""

import json
import os
import random
import subprocess

import pytest

from support.hub import Hub
from support.secrets import BLOCKED, LOOKALIKES, PERSONAL, REDACTED, TEXTS, core, make
from support.spoke import Spoke

SKILLS = "skills-patterns"
VECTOR = [0.25, -0.5, 1.0]


def item(pattern, text, **more):
    return {"id": pattern, "payload": {"value_score": 0.9, "skill_name": pattern, "usage_pattern": text}, **more}


def planted(forms, rng):
    """For each form an item with its secret, the secret, and the rule."""
    found = []
    for rule, templates in forms.items():
        for number, template in enumerate(templates):
            secret = make(template, rng)
            found.append((item(f"{rule}-{number}", rng.choice(TEXTS).format(secret), vector=VECTOR), secret, rule))
    return found


def everything_of(spoke):
    """All bytes that a spoke keeps beside its sources."""
    data = b""
    for folder, _, names in os.walk(spoke.state):
        for name in names:
            with open(os.path.join(folder, name), "rb") as file:
                data += file.read()
    return data


def preview(spoke, *more):
    words = spoke.words("sync", *more)
    words[1] = "preview"
    sink = words.index("--sink")
    done = subprocess.run(words[:sink] + words[sink + 2:], capture_output=True, text=True, timeout=60, check=False)
    # As the push would: some lines of this workstation cannot be read.
    assert done.returncode == 3, done
    return done.stdout + done.stderr


def skills(report):
    """What a round's report says about the collection."""
    return next(entry for entry in report["collections"] if entry["collection"] == SKILLS)


def answers_of(hub):
    """Everything that a hub says about a collection: to everybody, and to the node itself about its own."""
    with hub.client("bruno") as client:
        said = json.dumps([client.manifest(), client.winners(SKILLS, vectors=1).lines])
    with hub.client("alice") as client:
        own = client.contributions(SKILLS, origin="alice", vectors=1).lines
    assert own
    return said + json.dumps(own)


def assert_nowhere(secrets, places):
    for place, data in places.items():
        data = data.encode() if isinstance(data, str) else data
        for secret in secrets:
            assert secret.encode() not in data, f"{secret[:4]}... is in {place}"


@pytest.fixture(scope="module")
def workstation(arena):
    """A workstation whose patterns hold every kind of secret in every place, after a round."""
    rng = random.Random(5)
    blocked, redacted, personal = (planted(forms, rng) for forms in (BLOCKED, REDACTED, PERSONAL))
    token = make("ghp_{A36}", rng)
    mail = "rosa@kolibri.net"
    escaped = "".join(f"\\u{ord(c):04x}" for c in token)
    odd = [
        ("id", json.dumps(item(mail, "x"))), ("token-in-id", json.dumps(item(f"{token}", "x"))),
        ("name", json.dumps({"id": "name", "payload": {"value_score": 0.9, "by": {mail: 1}}})),
        ("model", json.dumps(item("model", "x", vector=VECTOR, vector_model=f"/home/rlind/{token}"))),
        ("nested", json.dumps({"id": "nested", "payload": {"value_score": 0.9, "a": [[{"b": ["x", {"c": token}]}]]}})),
        ("escaped", '{"id":"escaped","payload":{"value_score":0.9,"t":"%s"}}' % escaped),
        ("quoted", json.dumps(item("quoted", json.dumps({"t": json.dumps({"u": "\n" + token})})))),
    ]
    clean = [item("clean", "jq -r '.a' file.json | sort", vector=VECTOR)]
    lines = [json.dumps(entry[0]) for entry in blocked + redacted + personal] + [line for _, line in odd]
    lines += [json.dumps(entry) for entry in clean]
    # Lines that cannot be read: what the parser quotes of them is the secret.
    lines += ['{"id":"broken","payload":{"value_score":0.9,"t":"%s"} %s' % (token, token)]
    with Hub(arena) as hub:
        spoke = Spoke(hub, "alice")
        spoke.write(SKILLS, "\n".join(lines).encode() + b"\n")
        text = spoke.run("sync")
        report = json.loads(spoke.run("sync", "--json").stdout)
        secrets = [core(secret) for _, secret, _ in blocked + redacted] + [token]
        people = [secret for _, secret, rule in personal if rule != "home-path"] + [mail]
        yield {"hub": hub, "spoke": spoke, "text": text, "report": report, "blocked": blocked, "redacted": redacted,
               "personal": personal, "odd": odd, "secrets": secrets, "people": people}


def test_no_secret_reaches_the_hub_or_what_it_says(workstation):
    hub = workstation["hub"]
    assert_nowhere(workstation["secrets"] + workstation["people"],
                   {"database": hub.dump(), "log": hub.read_log(), "answers": answers_of(hub)})


def test_no_secret_is_in_what_the_spoke_says_or_keeps(workstation):
    spoke = workstation["spoke"]
    status = [spoke.run("status", *more).stdout for more in ((), ("--json",))]
    words = spoke.words("sync")
    words[1] = "doctor"
    doctor = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert f"{SKILLS}.jsonl" in doctor.stdout, doctor
    why = spoke.run("why", SKILLS, "aws-access-key-0", "--source", f"jsonl:{spoke.source}")
    assert_nowhere(workstation["secrets"] + workstation["people"], {
        "output": workstation["text"].stdout + workstation["text"].stderr, "report": json.dumps(workstation["report"]),
        "state": everything_of(spoke), "status": "".join(status), "preview": preview(spoke, "--limit", "1000"),
        "content": preview(spoke, "--content"), "items": preview(spoke, "--json", "--content"),
        "why": why.stdout + why.stderr, "doctor": doctor.stdout + doctor.stderr})
    assert "held-aws-access-key" in why.stdout + why.stderr


def test_what_is_blocked_is_held_and_listed_by_rule_and_place(workstation):
    source = skills(workstation["report"])["source"]
    expected = len(workstation["blocked"]) + len(workstation["odd"])
    assert source["held"] == expected
    assert source["redacted"] == len(workstation["redacted"]) + len(workstation["personal"])
    for _, _, rule in workstation["blocked"]:
        assert source["rules"].get(f"held-{rule}", 0) >= 1, rule
    first = source["held_items"][0]
    assert first["source"].endswith(f"{SKILLS}.jsonl") and first["number"] == 1
    assert (first["id"], first["rules"]) == ("private-key-0", ["held-private-key"])
    lines = workstation["spoke"].run("status").stdout
    assert f"{expected} held back on this machine" in lines and ":1: held-private-key: private-key-0" in lines
    items = json.loads(preview(workstation["spoke"], "--json"))["items"]
    ids = [entry["id"] for entry in items if entry["what"] == "held"]
    assert "‹redacted:email›" in ids and "‹redacted:github-token›" in ids


def test_what_is_redacted_is_shared_with_marks_and_without_its_vector(workstation):
    hub = workstation["hub"]
    with hub.client("alice") as client:
        by_id = {line["id"]: line for line in client.contributions(SKILLS, origin="alice", vectors=1).lines}
    for entry, _, rule in workstation["redacted"] + workstation["personal"]:
        line = by_id[entry["id"]]
        assert f"‹redacted:{rule}›" in line["payload"]["usage_pattern"], rule
        assert line.get("vector") is None, rule
    assert by_id["clean"].get("vector") is not None
    assert not [entry["id"] for entry, _, _ in workstation["blocked"] if entry["id"] in by_id]


def test_a_second_round_says_nothing_new_and_what_is_mended_leaves(fresh_hub):
    fresh_hub.start()
    spoke = Spoke(fresh_hub, "alice")
    rng = random.Random(8)
    secret = make("AKIA{I16}", rng)
    spoke.write(SKILLS, [item("a", "mail rosa@kolibri.net"), item("b", f"use {secret}")])
    first = skills(spoke.sync())
    assert (first["pushed"], first["source"]["held"], first["source"]["redacted"]) == (1, 1, 1)
    second = skills(spoke.sync())
    assert (second["pushed"], second["unchanged"], second["source"]["held"]) == (0, 1, 1)
    spoke.write(SKILLS, [item("a", "mail rosa@kolibri.net"), item("b", "use $KEY")])
    assert skills(spoke.sync())["pushed"] == 1
    # Once shared, a pattern that gets a secret stays shared as it was.
    spoke.write(SKILLS, [item("a", "mail rosa@kolibri.net"), item("b", f"use {secret} now")])
    last = skills(spoke.sync())
    assert (last["pushed"], last["retracted"], last["source"]["held"]) == (0, 0, 1)
    learned = Spoke(fresh_hub, "bruno")
    learned.sync()
    items = learned.learned_items(SKILLS)
    assert items["a"]["payload"]["usage_pattern"] == "mail ‹redacted:email›"
    assert items["b"]["payload"]["usage_pattern"] == "use $KEY"


def test_what_others_shared_with_marks_is_no_news_when_it_is_copied_back(fresh_hub):
    fresh_hub.start()
    alice, bruno = Spoke(fresh_hub, "alice"), Spoke(fresh_hub, "bruno")
    text = "mail rosa@kolibri.net when the nightly build of the shop has failed twice in a row"
    alice.write(SKILLS, [item("a", text)])
    alice.sync()
    bruno.sync()
    copied = bruno.learned_items(SKILLS)["a"]
    bruno.write(SKILLS, [copied, {"id": "copy", "payload": copied["payload"]}])
    report = skills(bruno.sync())
    assert (report["pushed"], report["source"]["pulled"]) == (0, 2)


def test_look_alikes_leave_as_they_are(fresh_hub):
    fresh_hub.start()
    spoke = Spoke(fresh_hub, "alice")
    rng = random.Random(13)
    entries = [item(f"p{n}", rng.choice(TEXTS).format(make(form, rng))) for n, form in enumerate(LOOKALIKES * 3)]
    spoke.write(SKILLS, entries)
    source = skills(spoke.sync())["source"]
    assert (source["held"], source["redacted"], source["offerable"]) == (0, 0, len(entries))


def test_check_and_rules_tell_the_owner_without_the_secret(arena, tmp_path):
    program = arena.program("tributary-spoke")
    rng = random.Random(21)
    token = make("ghp_{A36}", rng)

    def run(*words, **settings):
        return subprocess.run([program, "guard", *words], capture_output=True, text=True, timeout=30, check=False,
                              **settings)

    rules = json.loads(run("rules", "--json").stdout)
    assert len(rules) >= 55 and {"rule": "private-key", "outcome": "block",
                                 "what": "a private key between BEGIN and END, of any kind but PGP"} in rules
    assert {entry["rule"] for entry in rules} >= {*BLOCKED, *REDACTED, *PERSONAL}
    text = tmp_path / "notes.txt"
    text.write_text(f"first\nexport T={token}\nmail rosa@kolibri.net\n", encoding="utf-8")
    done = run("check", str(text))
    assert done.returncode == 3 and token not in done.stdout
    found = json.loads(run("check", str(text), "--json").stdout)["findings"]
    assert [(entry["line"], entry["rule"], entry["outcome"]) for entry in found] == [
        (2, "github-token", "block"), (3, "email", "redact")]
    piped = run("check", "-", input=text.read_text(encoding="utf-8"))
    assert piped.stdout == done.stdout
    patterns = tmp_path / "skills-patterns.jsonl"
    patterns.write_text(json.dumps(item("a", "fine")) + "\n" + json.dumps(item(token, "x")) + "\n", encoding="utf-8")
    found = json.loads(run("check", str(patterns), "--json").stdout)["findings"]
    assert [(entry["line"], entry["place"]) for entry in found] == [(2, "/id"), (2, "/payload/skill_name")]
    text.write_text("nothing here\n", encoding="utf-8")
    assert run("check", str(text)).returncode == 0
    missing = run("check", str(tmp_path / "none"))
    assert missing.returncode == 1 and "cannot be read" in missing.stderr


def test_the_owner_judges_rules_otherwise_and_allows_what_is_known(fresh_hub, tmp_path):
    fresh_hub.start()
    spoke = Spoke(fresh_hub, "alice")
    text = tmp_path / "mail.txt"
    text.write_text("rosa@kolibri.net", encoding="utf-8")
    done = subprocess.run([spoke.program, "guard", "check", str(text), "--json"], capture_output=True, text=True,
                          timeout=30, check=False)
    allow = json.loads(done.stdout)["findings"][0]["allow"]
    spoke.write(SKILLS, [item("a", "mail rosa@kolibri.net or ivo@kolibri.net"), item("b", "on falcon-7"),
                         item("c", "from 93.184.216.34")])
    settings = tmp_path / "spoke.json"

    def sync(guard):
        settings.write_text(json.dumps({"guard": guard}), encoding="utf-8")
        settings.chmod(0o600)
        return skills(spoke.sync("--config", str(settings)))

    first = sync({"outcomes": {"ipv4": "block"}, "hostnames": ["Falcon-7"]})
    assert (first["pushed"], first["source"]["held"], first["source"]["redacted"]) == (2, 1, 2)
    assert first["source"]["rules"] == {"held-ipv4": 1, "redacted-email": 1, "redacted-host-name": 1}
    # Other rules: everything is read again, though no file has changed.
    second = sync({"outcomes": {"ipv4": "off", "email": "warn"}, "allow": [allow]})
    assert (second["pushed"], second["source"]["held"], second["source"]["redacted"]) == (3, 0, 0)
    assert second["source"]["rules"] == {"warned-email": 1}
    third = sync({"outcomes": {"email": "block"}, "allow": [allow]})
    # What the hub has just like that is taken back.
    assert (third["retracted"], third["source"]["held"]) == (1, 1)
    refused = spoke.run("sync", "--config", str(settings), environment={"TRIBUTARY_GUARD": '{"outcomes":{"mail":"off"}}'})
    assert refused.returncode == 8 and "no rule mail" in refused.stderr, refused
