"""What operators see of a hub's commands, and how they go on from there."""

import json
import os
import re
import shlex
import subprocess
from datetime import datetime, timezone

from .statements import SKILLS, put


def copied(hub, text):
    """The commands of the hub's that a text shows, each as the words of a shell."""
    shown = re.findall(r"`(tributary-hub [^`]*)`", text) + re.findall(r"^ +(tributary-hub .*)$", text, re.M)
    return [[hub.program, *shlex.split(command)[1:]] for command in shown]


def works(words, expecting=0):
    """Runs a command as it was shown, from a folder that has nothing to do with the hub."""
    done = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False, cwd="/")
    assert done.returncode == expecting, (words, done)
    return done


def disagree(hub, pattern, collection=SKILLS, **values):
    """Several nodes say different things of one pattern."""
    for node, value in (values or {"alice": 0.8, "bruno": 0.9}).items():
        put(hub.client(node), pattern, 1, collection, value_score=value, by=node)


def resolve(hub, pattern, *how, reason="looked at it", by="olga"):
    """Decides a conflict; returns what is printed."""
    return hub.command("conflict", "resolve", SKILLS, pattern, *how, "--reason", reason, "--by", by)


def written(hub, **content):
    """A file with a content of an operator's own."""
    path = os.path.join(hub.folder, "content.json")
    with open(path, "w", encoding="utf-8") as file:
        json.dump(content, file)
    return path


def now():
    """The time as the hub writes it."""
    return datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def row(text, *words):
    """The line of a table that begins with these words."""
    (line,) = [line for line in text.splitlines() if line.split()[:len(words)] == list(words)]
    return line
