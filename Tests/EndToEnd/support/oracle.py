"""What a hub has to decide, for every strategy: from statements, or from an explanation that it gives of itself."""

from dataclasses import dataclass, field, replace

from .canonical import GREATEST_INTEGER, canonical, parse
from .model import NO_VECTOR, Collection, Statement, content_checksum, is_number, read_iso8601, strength

DEFAULT_CAP = 20


@dataclass(frozen=True)
class Resolution:
    """What a person decided about one pattern."""
    decision: str
    covers: frozenset = frozenset()
    checksum: str = None
    # Who said what was chosen; None where the person wrote it.
    author: str = None
    # What is served where nobody says it at present.
    content: Statement = None


@dataclass(frozen=True)
class Decided:
    """What is served for a pattern, if anything, and in what state."""
    state: str
    winner: Statement = None


def strongest(strategy, candidates):
    """The first in a strategy's order, or None."""
    return max(candidates, key=lambda one: strength(strategy, one), default=None)


def decide(collection, pattern, strategy, rules, candidates, resolution=None):
    """What is served for a pattern with these candidates."""
    if not candidates or (resolution and resolution.decision == "retracted"):
        return Decided("retracted")
    if strategy == "merge":
        return Decided("live", merge(collection, pattern, rules, candidates))
    if strategy == "manual":
        return review(candidates, resolution)
    return Decided("live", strongest(strategy, candidates))


def review(candidates, resolution):
    """What is served where a person decides."""
    contents = {one.checksum for one in candidates}
    if resolution is None or resolution.decision == "lifted":
        return Decided("live", strongest("manual", candidates)) if len(contents) == 1 else Decided("conflict")
    state = "live" if contents - {resolution.checksum} <= resolution.covers else "conflict"
    claimed = [one for one in candidates if one.checksum == resolution.checksum]
    if claimed:
        return Decided(state, strongest("manual", claimed))
    if resolution.author is None or any(one.origin == resolution.author for one in candidates):
        return Decided(state, resolution.content)
    return Decided("conflict")


def merge(collection, pattern, rules, candidates):
    """The one content that is made of all candidates, or the best's own where nothing is added to it."""
    ordered = without_echoes(rules, sorted(candidates, key=lambda one: strength("merge", one), reverse=True))
    best = ordered[0]
    payload = merged_payload(rules, ordered)
    if canonical(payload) == best.payload:
        return best
    parents = [{name: getattr(one, name) for name in ("origin", "incarnation", "revision", "checksum")}
               for one in sorted(ordered, key=lambda one: one.origin)]
    return replace(best, checksum=content_checksum(collection, pattern, payload), payload=canonical(payload),
                   value=max(one.value for one in ordered), updated_at=max(one.updated_at for one in ordered),
                   parents=tuple(parents))


def without_echoes(rules, ordered):
    """The candidates, strongest first, but for those that say what merging the others gives.

    Of one content at most: all who say it where the others give it, else all but the strongest where the others give it
    together with that one.
    """
    contents = list(dict.fromkeys(one.checksum for one in ordered))
    for keep in (0, 1):
        for content in contents:
            those = [one for one in ordered if one.checksum == content]
            rest = [one for one in ordered if one not in those[keep:]]
            if rest and len(those) > keep and canonical(merged_payload(rules, rest)) == those[0].payload:
                return rest
    return ordered


def merged_payload(rules, ordered):
    """The merged payload of candidates, given from the strongest to the weakest; one content stays as it is."""
    payloads = [parse(one.payload) for one in ordered]
    merged = dict(payloads[0])
    if len({one.checksum for one in ordered}) == 1:
        return merged
    for name, rule in rules.items():
        if rule.startswith("union"):
            arrays = [payload[name] for payload in payloads if isinstance(payload.get(name), list)]
            if arrays:
                merged[name] = united(arrays, int(rule.partition(":")[2] or DEFAULT_CAP))
        elif rule == "sum":
            numbers = [payload[name] for _, payload in sorted(zip((one.origin for one in ordered), payloads),
                                                             key=lambda pair: pair[0])
                       if is_number(payload.get(name))]
            if numbers:
                merged[name] = summed(numbers)
    return merged


def united(arrays, cap):
    """Distinct elements, those that most have first; then in the order in which they appear."""
    count, element, order = {}, {}, []
    for array in arrays:
        for key in dict.fromkeys(map(canonical, array)):
            count[key] = count.get(key, 0) + 1
        for one in array:
            key = canonical(one)
            if key not in element:
                element[key] = one
                order.append(key)
    return [element[key] for key in sorted(order, key=lambda key: -count[key])][:cap]


def summed(numbers):
    """The sum of numbers in the order given."""
    if all(isinstance(one, int) for one in numbers):
        return max(-GREATEST_INTEGER, min(GREATEST_INTEGER, sum(numbers)))
    total = 0.0
    for one in numbers:
        total += one
    return max(-float(GREATEST_INTEGER), min(float(GREATEST_INTEGER), total))


@dataclass
class Judged(Collection):
    """A collection that is decided by any strategy, with what people resolved in it."""
    name: str
    rule: str = "value-score"
    strategy: str = "merge"
    threshold: float = 0.7
    rules: dict = field(default_factory=dict)
    resolutions: dict = field(default_factory=dict)
    contributions: dict = field(default_factory=dict)

    def decisions(self):
        """What is served, and in what state, by pattern; patterns without candidates are left out."""
        candidates = {}
        for one in self.contributions.values():
            if one.value is not None and one.value >= self.threshold:
                candidates.setdefault(one.pattern, []).append(one)
        return {pattern: decide(self.name, pattern, self.strategy, self.rules, those, self.resolutions.get(pattern))
                for pattern, those in candidates.items()}

    def winners(self):
        return {pattern: one.winner for pattern, one in self.decisions().items() if one.winner}


# An explanation, read on its own.

def read_statement(document, line):
    """A contribution as an explanation lists it."""
    payload = line.get("payload")
    return Statement(
        document["id"], line["origin"], line["incarnation"], line["revision"], line["checksum"],
        line.get("vector_digest", NO_VECTOR), line["value"], read_iso8601(line["updated_at"]),
        None if payload is None else canonical(payload))


def read_resolution(document):
    """The resolution of the pattern itself that stands in an explanation, or None."""
    own = [one for one in document["resolutions"] if one.get("content") is None]
    newest = max(own, key=lambda one: (one["revision"], one["origin"]), default=None)
    if newest is None:
        return None
    checksum, author = newest.get("checksum"), None
    for line in [*document["history"], *document["contributions"]]:
        if checksum is not None and line["checksum"] == checksum:
            author = line["origin"]
    content = checksum and Statement(document["id"], author or newest["origin"], 1, newest["revision"], checksum)
    return Resolution(newest["decision"], frozenset(newest["covers"]), checksum, author, content)


def candidates(document):
    """The contributions of an explanation that can win; what it says of each one's standing is checked."""
    withheld = any(one.get("content") and one["decision"] == "retracted" for one in document["resolutions"])
    found = []
    for line in document["contributions"]:
        standing = line["standing"]
        if line["state"] == "live" and line["value"] < document["policy"]["threshold"]:
            assert standing in ("below-threshold", "withheld"), line
        elif line["state"] == "live":
            assert standing == "candidate" or (standing == "withheld" and withheld), line
        else:
            assert standing == line["state"], line
        if standing == "candidate":
            found.append(read_statement(document, line))
    return found


def replay(document):
    """What the facts of an explanation lead to."""
    policy = document["policy"]
    assert (policy["strategy"], policy["threshold"]) == (document["strategy"], document["threshold"])
    return decide(document["collection"], document["id"], policy["strategy"], policy["merge_rules"],
                  candidates(document), read_resolution(document))
