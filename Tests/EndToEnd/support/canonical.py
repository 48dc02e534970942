"""An independent reading of strict JSON and of RFC 8785 (JCS), as the protocol asks for them."""

import json
import math
from decimal import Decimal

GREATEST_INTEGER = 2**53 - 1
DEPTH = 64


class NotAcceptable(Exception):
    """A text that the protocol refuses, with its code."""

    def __init__(self, code):
        super().__init__(code)
        self.code = code


def _pairs(pairs):
    names = [name for name, _ in pairs]
    if len(set(names)) != len(names):
        raise NotAcceptable("malformed-json")
    return dict(pairs)


def _constant(_):
    raise NotAcceptable("malformed-json")


def parse(data):
    """The value of one strict JSON document in UTF-8 bytes."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text, object_pairs_hook=_pairs, parse_constant=_constant)
    except (UnicodeDecodeError, json.JSONDecodeError):
        raise NotAcceptable("malformed-json") from None
    except RecursionError:
        raise NotAcceptable("too-deep") from None
    _check_strings(value)
    return value


def _check_strings(value):
    if isinstance(value, str):
        try:
            value.encode("utf-8")
        except UnicodeEncodeError:
            raise NotAcceptable("malformed-json") from None
        if "\0" in value:
            raise NotAcceptable("nul-not-allowed")
    elif isinstance(value, dict):
        for name, member in value.items():
            _check_strings(name)
            _check_strings(member)
    elif isinstance(value, list):
        for element in value:
            _check_strings(element)


def number_text(value):
    """The digits that ECMAScript prints for a number."""
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAcceptable("number-not-interoperable")
    if value == int(value) and abs(int(value)) > GREATEST_INTEGER:
        raise NotAcceptable("number-not-interoperable")
    number = float(value)
    if number == 0:
        return "0"
    sign, digits, exponent = Decimal(repr(number)).normalize().as_tuple()
    text = "".join(map(str, digits))
    point = len(text) + exponent
    if len(text) <= point <= 21:
        text += "0" * (point - len(text))
    elif 0 < point <= 21:
        text = f"{text[:point]}.{text[point:]}"
    elif -6 < point <= 0:
        text = "0." + "0" * -point + text
    else:
        power = point - 1
        mantissa = text if len(text) == 1 else f"{text[0]}.{text[1:]}"
        text = f"{mantissa}e{'+' if power > 0 else '-'}{abs(power)}"
    return ("-" if sign else "") + text


_SHORT = {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\t": "\\t", "\n": "\\n", "\f": "\\f", "\r": "\\r"}


def string_text(value):
    """A string as RFC 8785 writes it."""
    return '"' + "".join(_SHORT.get(c) or (f"\\u{ord(c):04x}" if c < " " else c) for c in value) + '"'


def canonical_text(value, depth=1):
    """A value as RFC 8785 writes it; refuses what the protocol refuses."""
    if value is None or value is True or value is False:
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, (int, float)):
        return number_text(value)
    if isinstance(value, str):
        return string_text(value)
    if depth > DEPTH:
        raise NotAcceptable("too-deep")
    if isinstance(value, list):
        return "[" + ",".join(canonical_text(element, depth + 1) for element in value) + "]"
    names = sorted(value, key=lambda name: name.encode("utf-16-be"))
    return "{" + ",".join(f"{string_text(n)}:{canonical_text(value[n], depth + 1)}" for n in names) + "}"


def canonical(value):
    """A value's canonical form in bytes."""
    return canonical_text(value).encode("utf-8")
