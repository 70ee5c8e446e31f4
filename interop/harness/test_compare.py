"""Tests that comparisons fail for differences. The runner runs these first, with python3 -m unittest."""

import copy
import unittest

import compare
import stored

SPAN = {
    "operation_name": "chat",
    "kind": "llm",
    "prompt_tokens": 6,
    "input": compare.VALUES["$question"],
    "tags": {"plan": "free", "step": "1"},
    "attributes": {"a": 1, "b": "text"},
    "children": [{"operation_name": "tool", "kind": "tool", "attributes": {}}],
}
EXPECTED = {
    "operation_name": "chat",
    "kind": {"any of": ["llm", "chain"]},
    "prompt_tokens": 6,
    "input": "$question",
    "tags": {"contains": {"plan": {"matches": "fr.*"}}},
    "attributes": {"a": 1},
    "children": [{"operation_name": "tool", "kind": "tool"}],
}


class CompareTest(unittest.TestCase):
    def differences(self, **changes):
        span = {**copy.deepcopy(SPAN), **changes}
        present = {name: value for name, value in span.items() if value is not None}
        return compare.differences({"spans": [EXPECTED]}, [present])

    def test_equal(self):
        self.assertEqual([], self.differences())
        self.assertEqual([], self.differences(estimated_cost_usd=0.1, attributes={"a": 1, "c": 2}))

    def test_each_difference_is_told(self):
        for name, value in {
            "kind": "agent",
            "prompt_tokens": 6.0,
            "input": compare.VALUES["$question alone"],
            "tags": {"plan": "paid"},
            "session_id": "unexpected",
        }.items():
            with self.subTest(name):
                [told] = self.differences(**{name: value})
                self.assertIn(f": {name}: expected ", told)

    def test_absent(self):
        self.assertEqual(["/1 chat: prompt_tokens: expected 6, stored nothing"], self.differences(prompt_tokens=None))

    def test_attributes_and_children(self):
        self.assertEqual(["/1 chat: attribute: a: expected 1, stored true"], self.differences(attributes={"a": True}))
        self.assertEqual(["/1 chat: expected ['tool'], stored []"], self.differences(children=None))

    def test_forms(self):
        self.assertTrue(compare.equal({"holds": ["Paris"]}, {"city": "Paris"}))
        self.assertFalse(compare.equal({"holds": ["Paris"]}, None))
        self.assertFalse(compare.equal({"matches": "a"}, "ab"))
        self.assertTrue(compare.equal({"any of": [5, None]}, None))
        self.assertFalse(compare.equal("any", None))

    def test_chats(self):
        chat = {"system": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}], "input": [], "tools": [1]}
        self.assertEqual({"system": "a\nb", "tools": [1]}, stored.messages(chat))
        self.assertEqual({}, stored.messages({"system": [], "input": []}))

    def test_spans_that_start_together_are_ordered_by_their_ends(self):
        tool = {"start_time": "2026-01-01T00:00:00.5Z", "end_time": "2026-01-01T00:00:00.5Z"}
        call = {"start_time": "2026-01-01T00:00:00.5Z", "end_time": "2026-01-01T00:00:00.51Z"}
        self.assertEqual([tool, call], sorted([call, tool], key=stored.start_and_end))

    def test_times_are_ordered_by_value(self):
        times = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00.5Z", "2026-01-01T00:00:00.51Z", "2026-01-01T00:00:01Z"]
        self.assertEqual(times, sorted(reversed(times), key=stored.sortable))
