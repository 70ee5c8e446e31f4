"""Compares stored with expected spans: in full, except for attributes, of which only the named ones must be equal.

An expectation is a list of trees of spans. A field that is not named must be absent, except the cost, which llmtrace may
estimate, and "trace", the sums over the root's trace. "about" is a note for readers. A value may be

    "$question"                the value of that name in values.json, since most programs ask and get the same
    "any"                      any value, but not an absent one
    {"any of": [...]}          one of these; null stands for an absent value
    {"matches": "REGEX"}       a text that matches, for values that differ from run to run
    {"holds": ["TEXT", ...]}   a value whose JSON contains these texts, for large values
    {"contains": {...}}        a map that has these entries, and others
"""

import json
import re

from programs import ROOT

ABOUT = "about"
ONLY_IF_NAMED = {"estimated_cost_usd", "trace"}
ANY = "any"
VALUES = json.loads((ROOT / "values.json").read_text())


def differences(expected, stored):
    """Returns lines that describe the differences; none if there are none."""
    return list(of_lists("", expected["spans"], stored))


def of_lists(place, expected, stored):
    if len(expected) != len(stored):
        yield f"{place or 'spans'}: expected {names(expected)}, stored {names(stored)}"
        return
    for i, (one, other) in enumerate(zip(expected, stored)):
        yield from of_spans(f"{place}/{i + 1} {other['operation_name']}", one, other)


def of_spans(place, expected, stored):
    compared = (expected.keys() | stored.keys() - ONLY_IF_NAMED) - {"attributes", "children", ABOUT}
    yield from of_maps(place, expected, stored, compared)
    attributes = expected.get("attributes", {})
    yield from of_maps(f"{place}: attribute", attributes, stored["attributes"], attributes.keys())
    yield from of_lists(place, expected.get("children", []), stored.get("children", []))


def of_maps(place, expected, stored, names):
    for name in sorted(names):
        if not equal(expected.get(name), stored.get(name)):
            yield f"{place}: {name}: expected {shown(expected, name)}, stored {shown(stored, name)}"


def equal(expected, stored):
    if isinstance(expected, str) and expected in VALUES:
        return equal(VALUES[expected], stored)
    if expected == ANY:
        return stored is not None
    if isinstance(expected, dict) and len(expected) == 1:
        [(form, argument)] = expected.items()
        if form in FORMS:
            return FORMS[form](argument, stored)
    if isinstance(expected, dict) and isinstance(stored, dict):
        return expected.keys() == stored.keys() and all(equal(expected[k], stored[k]) for k in expected)
    if isinstance(expected, list) and isinstance(stored, list):
        return len(expected) == len(stored) and all(map(equal, expected, stored))
    # 1, 1.0 and true are three different values in JSON, but equal in Python.
    return type(expected) is type(stored) and expected == stored


def holds(texts, stored):
    written = json.dumps(stored, ensure_ascii=False)
    return stored is not None and all(text in written for text in texts)


FORMS = {
    "any of": lambda values, stored: any(equal(value, stored) for value in values),
    "matches": lambda regex, stored: isinstance(stored, str) and re.fullmatch(regex, stored) is not None,
    "holds": holds,
    "contains": lambda entries, stored: isinstance(stored, dict)
    and all(equal(value, stored.get(name)) for name, value in entries.items()),
}


def names(spans):
    return str([span["operation_name"] for span in spans])


def shown(fields, name):
    return json.dumps(named(fields[name]), ensure_ascii=False) if name in fields else "nothing"


def named(value):
    """Returns the name of a value in values.json, or else the value itself."""
    return next((name for name, one in VALUES.items() if equal(one, value)), value)


def as_expected(spans):
    """Returns stored spans in the format of an expectation, with all attributes."""
    result = []
    for span in spans:
        fields = {name: named(value) for name, value in span.items() if name != "children"}
        if "children" in span:
            fields["children"] = as_expected(span["children"])
        result.append(fields)
    return result
