"""Plants secrets into patterns, and counts what the guard finds, what it misses, and what it finds where nothing is."""

import argparse
import collections
import json
import os
import random
import subprocess
import sys
import tempfile

from detect_secrets import SecretsCollection
from detect_secrets.settings import default_settings

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "EndToEnd"))

from support.secrets import BLOCKED, LOOKALIKES, PERSONAL, REDACTED, TEXTS, make  # noqa: E402


def corpus(each, seed):
    """Patterns with one secret each, and as many with something that only looks like one: (kind, rule, text)."""
    rng = random.Random(seed)
    found = []
    for kind, forms in (("blocked", BLOCKED), ("redacted", REDACTED), ("personal", PERSONAL)):
        for rule, templates in forms.items():
            for number in range(each):
                text = rng.choice(TEXTS).format(make(templates[number % len(templates)], rng))
                found.append((kind, rule, text))
    for _ in range(len(found)):
        found.append(("look-alike", None, rng.choice(TEXTS).format(make(rng.choice(LOOKALIKES), rng))))
    rng.shuffle(found)
    return found


def record(number, text):
    """A pattern of the predecessor's form."""
    return {"id": f"p{number}", "payload": {
        "skill_name": "example", "description": "What was learned.", "usage_pattern": text,
        "success_examples": ["It worked."], "prerequisites": ["common"], "value_score": 0.9,
        "last_updated": "2026-05-12T21:08:00Z"}}


def ours(program, path):
    """For each line of a file of patterns the rules that find something."""
    done = subprocess.run([program, "guard", "check", path, "--json"], capture_output=True, text=True, check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"{program} guard check failed: {done.stderr}")
    document = json.loads(done.stdout)
    if document["unreadable"]:
        sys.exit(f"{path}: {document['unreadable']} lines are no patterns")
    found = collections.defaultdict(set)
    for finding in document["findings"]:
        if finding["outcome"] != "warn":
            found[finding["line"] - 1].add((finding["rule"], finding["outcome"]))
    return found


def theirs(texts, folder):
    """The texts in which detect-secrets finds something, as it comes, without asking anybody on the network."""
    found = set()
    with default_settings():
        for number, text in enumerate(texts):
            path = os.path.join(folder, f"{number}.txt")
            with open(path, "w", encoding="utf-8") as file:
                file.write(text)
            secrets = SecretsCollection()
            secrets.scan_file(path)
            if secrets:
                found.add(number)
    return found


def score(entries, found, kinds):
    """Precision and recall over the kinds given and the look-alikes."""
    hits = sum(1 for number, (kind, _, _) in enumerate(entries) if kind in kinds and number in found)
    all_of_them = sum(1 for kind, _, _ in entries if kind in kinds)
    false = sum(1 for number, (kind, _, _) in enumerate(entries) if kind == "look-alike" and number in found)
    precision = hits / (hits + false) if hits + false else 1.0
    return {"planted": all_of_them, "found": hits, "false_alarms": false, "recall": round(hits / all_of_them, 4),
            "precision": round(precision, 4)}


def missed(entries, found):
    """How many of each rule's were missed."""
    return collections.Counter(rule for number, (kind, rule, _) in enumerate(entries)
                               if kind != "look-alike" and number not in found)


def patterns_of(folder):
    return sorted(os.path.join(place, name) for place, _, names in os.walk(folder) for name in names
                  if name.endswith(".jsonl"))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", default=os.path.join(HERE, "..", "..", ".build", "release"))
    parser.add_argument("--patterns", help="a folder of pattern files in which nothing is to be found")
    parser.add_argument("--each", type=int, default=40, help="secrets of each rule")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", help="a file for the figures")
    options = parser.parse_args()
    program = os.path.join(options.bin, "tributary-spoke")
    entries = corpus(options.each, options.seed)
    texts = [text for _, _, text in entries]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "skills-patterns.jsonl")
        with open(path, "w", encoding="utf-8") as file:
            file.writelines(json.dumps(record(n, text), ensure_ascii=False) + "\n" for n, text in enumerate(texts))
        guard = ours(program, path)
        other = theirs(texts, folder)
    figures = {
        "guard": {"blocked": score(entries, guard, {"blocked"}), "redacted": score(entries, guard, {"redacted"}),
                  "secrets": score(entries, guard, {"blocked", "redacted"}),
                  "personal": score(entries, guard, {"personal"}), "missed": missed(entries, guard)},
        "detect-secrets": {"blocked": score(entries, other, {"blocked"}), "redacted": score(entries, other, {"redacted"}),
                           "secrets": score(entries, other, {"blocked", "redacted"}), "missed": missed(entries, other)},
    }
    false = collections.Counter(text for number, (kind, _, text) in enumerate(entries)
                                if kind == "look-alike" and number in guard)
    print(f"{'':16}{'kind':10}{'planted':>9}{'found':>8}{'recall':>9}{'false':>7}{'precision':>11}")
    for name, kinds in figures.items():
        for kind, row in kinds.items():
            if kind != "missed":
                print(f"{name:16}{kind:10}{row['planted']:9}{row['found']:8}{row['recall']:9.4f}"
                      f"{row['false_alarms']:7}{row['precision']:11.4f}")
    print("missed by the guard:", dict(figures["guard"]["missed"]) or "nothing")
    for text, count in false.most_common(10):
        print(f"false alarm of the guard, {count} times: {text!r}")
    if options.patterns:
        total, changed = 0, collections.Counter()
        lines = 0
        for path in patterns_of(options.patterns):
            with open(path, "rb") as file:
                total += sum(1 for _ in file)
            for rules in ours(program, path).values():
                lines += 1
                changed.update({f"{outcome} {rule}" for rule, outcome in rules})
        figures["patterns"] = {"read": total, "held_or_redacted": lines, "rules": changed}
        print(f"of {total} patterns {lines} held or redacted, {100 * lines / max(total, 1):.3f} %: {dict(changed)}")
    if options.json:
        with open(options.json, "w", encoding="utf-8") as file:
            json.dump(figures, file, indent=1)


if __name__ == "__main__":
    main()
