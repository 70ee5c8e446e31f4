"""Reads the stored spans of a program over REST, as trees in the format of the expectations.

    [{"operation_name": "chat gpt-4o-mini", "kind": "llm", "input": [...], ..., "children": [...]}]

Prompts and responses are compared as the chats that llmtrace reads from them ("system", "input", "output", "tools"), since they
are stored in the form in which they were sent.
"""

import json
import urllib.request
from urllib.parse import urlencode

# Fields of a span that differ between runs, are the same in all, or are compared elsewhere.
NOT_COMPARED = (
    "trace_id",
    "span_id",
    "parent_span_id",
    "tenant_id",
    "start_time",
    "end_time",
    "duration_ms",
    "service_name",
    "prompt",
    "response",
    "chat",
    "usage",
    "events",
    "attributes",
    "security_findings",
)
SUMMED = ("llm_call_count", "error_count", "prompt_tokens", "completion_tokens", "total_tokens")


def get(url):
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.load(answer)


def get_all(llmtrace, what, service):
    page = get(f"{llmtrace}/api/v1/{what}?" + urlencode({"service_name": service, "limit": 1000}))
    if page.get("next_cursor"):
        raise ValueError(f"more than 1000 {what} of {service}")
    return page["data"]


def trees(llmtrace, service):
    """Returns the spans of a service as trees, in order of time; a root has the summary of its trace as "trace"."""
    spans = sorted(get_all(llmtrace, "spans", service), key=start_and_end)
    children = {}
    known = {span["span_id"] for span in spans}
    for span in spans:
        parent = span.get("parent_span_id")
        children.setdefault(parent if parent in known else None, []).append(span)

    summaries = {one["trace_id"]: one for one in get_all(llmtrace, "traces", service)}

    def tree(span):
        below = [tree(child) for child in children.get(span["span_id"], [])]
        chat = get(f"{llmtrace}/api/v1/spans/{span['span_id']}?trace_id={span['trace_id']}").get("chat")
        return {**content(span), **(messages(chat) if chat else {}), "attributes": span["attributes"], **({"children": below} if below else {})}

    def root(span):
        summary = summaries[span["trace_id"]]
        return {**tree(span), "trace": {name: summary[name] for name in SUMMED if name in summary}}

    return [root(span) for span in children.get(None, [])]


def start_and_end(span):
    """Returns the key that orders spans. Some SDKs round to milliseconds, in which a tool and the next call can both start."""
    return sortable(span["start_time"]), sortable(span.get("end_time") or span["start_time"])


def sortable(time):
    """Parses an RFC 3339 time in UTC, whose fraction may have any number of digits."""
    seconds, _, fraction = time.removesuffix("Z").partition(".")
    return seconds, fraction.ljust(9, "0")


def content(span):
    """Returns the compared fields of a span, without empty lists and maps."""
    fields = {name: value for name, value in span.items() if name not in NOT_COMPARED and value not in ({}, [])}
    if "time_to_first_token_ms" in fields:
        fields["time_to_first_token_ms"] = "any"
    if "agent_actions" in fields:
        fields["agent_actions"] = [action(one) for one in fields["agent_actions"]]
    return fields


def messages(chat):
    """Returns the chat without empty fields, and with system instructions as one text if they are only text."""
    fields = {name: value for name, value in chat.items() if value}
    if all(part["type"] == "text" for part in fields.get("system", [{"type": None}])):
        fields["system"] = "\n".join(part["text"] for part in chat["system"])
    return fields


def action(one):
    fields = {k: v for k, v in one.items() if k not in ("id", "timestamp", "duration_ms") and v not in ({}, [])}
    for name in ("arguments", "result"):
        if name in fields:
            fields[name] = parsed(fields[name])
    return fields


def parsed(text):
    """Parses a text as JSON, but leaves a number as text: nobody sent that as JSON on purpose."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
