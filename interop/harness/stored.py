"""What llmtrace stores of a program, read over REST, as trees in the form of the expectations.

    [{"operation_name": "chat gpt-4o-mini", "kind": "llm", "input": [...], ..., "children": [...]}]

Prompts and responses are compared as the chats that llmtrace reads from them ("system", "input", "output", "tools"), since they
are stored in the form in which they were sent.
"""

import json
import urllib.request
from urllib.parse import urlencode

# Of a span: what differs from run to run, what is the same in all, and what is compared elsewhere.
SURROUNDINGS = (
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
    """The spans of a service in the order of time, children, too; with roots, "trace": what is summed up of their trace."""
    spans = sorted(get_all(llmtrace, "spans", service), key=lambda span: sortable(span["start_time"]))
    children = {}
    known = {span["span_id"] for span in spans}
    for span in spans:
        parent = span.get("parent_span_id")
        children.setdefault(parent if parent in known else None, []).append(span)

    summaries = {one["trace_id"]: one for one in get_all(llmtrace, "traces", service)}

    def tree(span):
        below = [tree(child) for child in children.get(span["span_id"], [])]
        chat = get(f"{llmtrace}/api/v1/spans/{span['span_id']}?trace_id={span['trace_id']}").get("chat")
        return {**content(span), **(said(chat) if chat else {}), "attributes": span["attributes"], **({"children": below} if below else {})}

    def root(span):
        summary = summaries[span["trace_id"]]
        return {**tree(span), "trace": {name: summary[name] for name in SUMMED if name in summary}}

    return [root(span) for span in children.get(None, [])]


def sortable(time):
    """Of an RFC 3339 time in UTC, whose fraction has any number of digits."""
    seconds, _, fraction = time.removesuffix("Z").partition(".")
    return seconds, fraction.ljust(9, "0")


def content(span):
    """Lists and maps only where there is something in them."""
    fields = {name: value for name, value in span.items() if name not in SURROUNDINGS and value not in ({}, [])}
    if "time_to_first_token_ms" in fields:
        fields["time_to_first_token_ms"] = "any"
    if "agent_actions" in fields:
        fields["agent_actions"] = [action(one) for one in fields["agent_actions"]]
    return fields


def said(chat):
    """The system's instructions as text, if they are nothing else."""
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
    """A number stays text: it is no JSON that somebody sent on purpose."""
    if not text.lstrip().startswith(("{", "[")):
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
