"""Compares what is stored with what is expected: whole but for attributes, of which those that are named must be equal.

In an expectation, {"any of": [...]} stands for one of several values, and {"matches": "..."} for a text by a regular
expression: for ids that a program makes up anew in each run. "about" is for readers.
"""

import json
import re

ABOUT = "about"


def differences(expected, stored):
    """Lines that say where the two differ; empty when they agree."""
    return list(of_lists("", expected["spans"], stored))


def of_lists(place, expected, stored):
    if len(expected) != len(stored):
        yield f"{place or 'spans'}: expected {names(expected)}, stored {names(stored)}"
        return
    for i, (one, other) in enumerate(zip(expected, stored)):
        yield from of_spans(f"{place}/{i + 1} {other['operation_name']}", one, other)


def of_spans(place, expected, stored):
    for name in sorted((expected.keys() | stored.keys()) - {"attributes", "children", ABOUT}):
        if not equal(expected.get(name), stored.get(name)):
            yield f"{place}: {name}: expected {shown(expected, name)}, stored {shown(stored, name)}"
    attributes = expected.get("attributes", {})
    for name in sorted(attributes):
        if not equal(attributes[name], stored["attributes"].get(name)):
            wanted, got = shown(attributes, name), shown(stored["attributes"], name)
            yield f"{place}: attribute {name}: expected {wanted}, stored {got}"
    yield from of_lists(place, expected.get("children", []), stored.get("children", []))


def equal(expected, stored):
    if isinstance(expected, dict) and expected.keys() == {"any of"}:
        return any(equal(one, stored) for one in expected["any of"])
    if isinstance(expected, dict) and expected.keys() == {"matches"}:
        return isinstance(stored, str) and re.fullmatch(expected["matches"], stored) is not None
    if isinstance(expected, dict) and isinstance(stored, dict):
        return expected.keys() == stored.keys() and all(equal(expected[k], stored[k]) for k in expected)
    if isinstance(expected, list) and isinstance(stored, list):
        return len(expected) == len(stored) and all(map(equal, expected, stored))
    # 1, 1.0 and true are three values in JSON, and one to Python.
    return type(expected) is type(stored) and expected == stored


def names(spans):
    return str([span["operation_name"] for span in spans])


def shown(fields, name):
    return json.dumps(fields[name], ensure_ascii=False) if name in fields else "nothing"
