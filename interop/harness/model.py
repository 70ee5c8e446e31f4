"""A stand-in for the APIs of OpenAI, Anthropic and Gemini on a loopback port. Its answers depend on the request only.

- A plain question is answered with "You said: <question>".
- With tools, the first tool is called, each of its parameters being the last word of the question; once a tool has
  answered, the answer is "The tool said: <result>".
- A token is a word. The system prompt comes from the provider's cache: OpenAI and Gemini count it among the input
  tokens, Anthropic beside them. Gemini thinks for as many tokens as the question has, and counts them beside the output.
- A key other than "sk-fake" is refused with 401, a question that holds "rate limit" with 429.
"""

import base64
import json
import re
import struct
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

API_KEY = "sk-fake"
RATE_LIMIT_TRIGGER = "rate limit"
OPENAI_SUFFIX = "-2024-07-18"
ANTHROPIC_SUFFIX = "-20250929"
GEMINI_STATUS = {401: "UNAUTHENTICATED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
CREATED = 1_767_607_200
VECTOR = (0.25, -0.5)


def words(text):
    return len(text.split())


def text_of(content):
    """Returns the text of a message, whose content is a string, a list of parts or absent."""
    if content is None:
        return ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text") or text_of(part.get("content")) for part in content)


def arguments(parameters, question):
    word = re.sub(r"\W", "", question.split()[-1])
    return json.dumps({name: word for name in parameters.get("properties", {})}, separators=(",", ":"))


class Answer:
    """An answer: a text or a tool call."""

    def __init__(self, question, tool_result, tool_name, tool_parameters):
        self.tool_name, self.arguments, self.text = "", "", ""
        if tool_result is not None:
            self.text = "The tool said: " + tool_result
        elif tool_name:
            self.tool_name, self.arguments = tool_name, arguments(tool_parameters or {}, question)
        else:
            self.text = "You said: " + question

    def tokens(self):
        return words(self.tool_name + " " + self.arguments if self.tool_name else self.text)

    def pieces(self):
        """Returns the answer in streamed parts."""
        if self.tool_name:
            half = len(self.arguments) // 2
            return [self.arguments[:half], self.arguments[half:]]
        return re.split(r"(?= )", self.text)


class Chat:
    """Answers of OpenAI's chat completions API."""

    def __init__(self, request):
        self.request = request
        self.messages = request["messages"]
        last = self.messages[-1]
        self.question = next((text_of(m["content"]) for m in reversed(self.messages) if m["role"] == "user"), "")
        tool = (request.get("tools") or [{}])[0].get("function", {})
        result = text_of(last["content"]) if last["role"] == "tool" else None
        self.answer = Answer(self.question, result, tool.get("name"), tool.get("parameters"))
        self.finish_reason = "tool_calls" if self.answer.tool_name else "stop"

    def completion(self):
        message = {"role": "assistant", "content": self.answer.text or None, "refusal": None}
        if self.answer.tool_name:
            message["tool_calls"] = [self.tool_call(self.answer.arguments)]
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish_reason}
        return {**self.envelope("chat.completion"), "choices": [choice], "usage": self.usage()}

    def events(self):
        if self.answer.tool_name:
            yield self.chunk({"role": "assistant", "content": None, "tool_calls": [{"index": 0, **self.tool_call("")}]})
            for piece in self.answer.pieces():
                yield self.chunk({"tool_calls": [{"index": 0, "function": {"arguments": piece}}]})
        else:
            yield self.chunk({"role": "assistant", "content": ""})
            for piece in self.answer.pieces():
                yield self.chunk({"content": piece})
        yield self.chunk({}, self.finish_reason)
        if (self.request.get("stream_options") or {}).get("include_usage"):
            yield None, {**self.envelope("chat.completion.chunk"), "choices": [], "usage": self.usage()}
        yield None, "[DONE]"

    def chunk(self, delta, finish_reason=None):
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}
        return None, {**self.envelope("chat.completion.chunk"), "choices": [choice]}

    def tool_call(self, text):
        function = {"name": self.answer.tool_name, "arguments": text}
        return {"id": "call_fake_1", "type": "function", "function": function}

    def envelope(self, kind):
        return {
            "id": f"chatcmpl-fake-{len(self.messages)}",
            "object": kind,
            "created": CREATED,
            "model": self.request["model"] + OPENAI_SUFFIX,
            "system_fingerprint": "fp_fake",
        }

    def usage(self):
        cached = sum(words(text_of(m["content"])) for m in self.messages if m["role"] in ("system", "developer"))
        prompt = sum(words(text_of(m.get("content"))) for m in self.messages)
        completion = self.answer.tokens()
        return {
            "prompt_tokens": prompt,
            "completion_tokens": completion,
            "total_tokens": prompt + completion,
            "prompt_tokens_details": {"cached_tokens": cached},
            "completion_tokens_details": {"reasoning_tokens": 0},
        }


class Responses:
    """Answers of OpenAI's Responses API."""

    def __init__(self, request):
        self.request = request
        given = request["input"]
        self.items = [{"role": "user", "content": given}] if isinstance(given, str) else given
        self.question = next((text_of(i["content"]) for i in reversed(self.items) if i.get("role") == "user"), "")
        tool = (request.get("tools") or [{}])[0]
        last = self.items[-1]
        result = text_of(last["output"]) if last.get("type") == "function_call_output" else None
        self.answer = Answer(self.question, result, tool.get("name"), tool.get("parameters"))

    def completion(self):
        return self.response("completed", [self.output()], self.usage())

    def events(self):
        created = self.response("in_progress", [], None)
        yield self.event("response.created", {"response": created})
        item = self.output()
        place = {"output_index": 0, "item_id": item["id"]}
        if self.answer.tool_name:
            yield self.event("response.output_item.added", {"output_index": 0, "item": {**item, "arguments": ""}})
            for piece in self.answer.pieces():
                yield self.event("response.function_call_arguments.delta", {**place, "delta": piece})
            yield self.event("response.function_call_arguments.done", {**place, "arguments": self.answer.arguments})
        else:
            part = item["content"][0]
            place["content_index"] = 0
            yield self.event("response.output_item.added", {"output_index": 0, "item": {**item, "content": []}})
            yield self.event("response.content_part.added", {**place, "part": {**part, "text": ""}})
            for piece in self.answer.pieces():
                yield self.event("response.output_text.delta", {**place, "delta": piece, "logprobs": []})
            yield self.event("response.output_text.done", {**place, "text": self.answer.text, "logprobs": []})
            yield self.event("response.content_part.done", {**place, "part": part})
        yield self.event("response.output_item.done", {"output_index": 0, "item": item})
        yield self.event("response.completed", {"response": self.completion()})

    def event(self, kind, fields):
        return kind, {"type": kind, "sequence_number": 0, **fields}

    def output(self):
        if self.answer.tool_name:
            return {
                "id": "fc_fake_1",
                "type": "function_call",
                "status": "completed",
                "call_id": "call_fake_1",
                "name": self.answer.tool_name,
                "arguments": self.answer.arguments,
            }
        part = {"type": "output_text", "text": self.answer.text, "annotations": [], "logprobs": []}
        return {"id": "msg_fake_1", "type": "message", "status": "completed", "role": "assistant", "content": [part]}

    def response(self, status, output, usage):
        return {
            "id": f"resp_fake_{len(self.items)}",
            "object": "response",
            "created_at": CREATED,
            "status": status,
            "error": None,
            "incomplete_details": None,
            "instructions": self.request.get("instructions"),
            "metadata": {},
            "model": self.request["model"] + OPENAI_SUFFIX,
            "output": output,
            "parallel_tool_calls": True,
            "temperature": self.request.get("temperature"),
            "tool_choice": "auto",
            "tools": self.request.get("tools") or [],
            "top_p": 1.0,
            "text": {"format": {"type": "text"}},
            "truncation": "disabled",
            "usage": usage,
        }

    def usage(self):
        instructions = words(self.request.get("instructions") or "")
        cached = instructions + sum(
            words(text_of(i["content"])) for i in self.items if i.get("role") in ("system", "developer")
        )
        prompt = instructions + sum(words(text_of(i.get("content") or i.get("output"))) for i in self.items)
        completion = self.answer.tokens()
        return {
            "input_tokens": prompt,
            "input_tokens_details": {"cached_tokens": cached},
            "output_tokens": completion,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": prompt + completion,
        }


class Messages:
    """Answers of Anthropic's messages API."""

    def __init__(self, request):
        self.request = request
        self.messages = request["messages"]
        asked = [text_of(m["content"]) for m in self.messages if m["role"] == "user" and not self.result_in(m)]
        self.question = asked[-1]
        tool = (request.get("tools") or [{}])[0]
        result = self.result_in(self.messages[-1])
        self.answer = Answer(self.question, result, tool.get("name"), tool.get("input_schema"))
        self.stop_reason = "tool_use" if self.answer.tool_name else "end_turn"

    @staticmethod
    def result_in(message):
        parts = message["content"] if isinstance(message["content"], list) else []
        return next((text_of(part["content"]) for part in parts if part["type"] == "tool_result"), None)

    def completion(self):
        return self.message([self.content()], self.stop_reason, self.usage())

    def events(self):
        usage = {**self.usage(), "output_tokens": 1}
        yield self.event("message_start", {"message": self.message([], None, usage)})
        if self.answer.tool_name:
            block, delta, field = {**self.content(), "input": {}}, "input_json_delta", "partial_json"
        else:
            block, delta, field = {"type": "text", "text": ""}, "text_delta", "text"
        yield self.event("content_block_start", {"index": 0, "content_block": block})
        for piece in self.answer.pieces():
            yield self.event("content_block_delta", {"index": 0, "delta": {"type": delta, field: piece}})
        yield self.event("content_block_stop", {"index": 0})
        end = {"stop_reason": self.stop_reason, "stop_sequence": None}
        yield self.event("message_delta", {"delta": end, "usage": {"output_tokens": self.answer.tokens()}})
        yield self.event("message_stop", {})

    def event(self, kind, fields):
        return kind, {"type": kind, **fields}

    def content(self):
        if self.answer.tool_name:
            call = json.loads(self.answer.arguments)
            return {"type": "tool_use", "id": "toolu_fake_1", "name": self.answer.tool_name, "input": call}
        return {"type": "text", "text": self.answer.text}

    def message(self, content, stop_reason, usage):
        return {
            "id": f"msg_fake_{len(self.messages)}",
            "type": "message",
            "role": "assistant",
            "model": self.request["model"] + ANTHROPIC_SUFFIX,
            "content": content,
            "stop_reason": stop_reason,
            "stop_sequence": None,
            "usage": usage,
        }

    def usage(self):
        return {
            "input_tokens": sum(words(text_of(m["content"])) for m in self.messages),
            "cache_creation_input_tokens": 0,
            "cache_read_input_tokens": words(text_of(self.request.get("system"))),
            "output_tokens": self.answer.tokens(),
        }


class Gemini:
    """Answers of Gemini's API. The path names the model and says whether to stream."""

    def __init__(self, request, path):
        self.request = {**request, "stream": ":streamGenerateContent" in path}
        self.model = path.split("/")[-1].split(":")[0]
        self.contents = request["contents"]
        self.question = next(text for content in reversed(self.contents) if (text := self.text_of(content)))
        tool = request["tools"][0]["functionDeclarations"][0] if request.get("tools") else {}
        self.answer = Answer(self.question, self.result(), tool.get("name"), tool.get("parameters_json_schema"))

    @staticmethod
    def text_of(content):
        return "".join(part.get("text", "") for part in content["parts"])

    def result(self):
        answered = self.contents[-1]["parts"][-1].get("functionResponse")
        return answered and answered["response"]["result"]

    def completion(self):
        return self.chunk(self.part(), end=True)

    def events(self):
        for piece in [] if self.answer.tool_name else self.answer.pieces():
            yield None, self.chunk({"text": piece})
        yield None, self.chunk(self.part() if self.answer.tool_name else {"text": ""}, end=True)

    def part(self):
        if self.answer.tool_name:
            call = {"id": "call_fake_1", "name": self.answer.tool_name, "args": json.loads(self.answer.arguments)}
            return {"functionCall": call}
        return {"text": self.answer.text}

    def chunk(self, part, end=False):
        candidate = {"index": 0, "content": {"role": "model", "parts": [part]}}
        if end:
            candidate["finishReason"] = "STOP"
        return {
            "candidates": [candidate],
            "modelVersion": self.model,
            "responseId": f"resp_fake_{len(self.contents)}",
            **({"usageMetadata": self.usage()} if end else {}),
        }

    def usage(self):
        cached = words(self.text_of(self.request.get("systemInstruction") or {"parts": []}))
        answered = words(self.result() or "")
        prompt = cached + answered + sum(words(self.text_of(content)) for content in self.contents)
        thoughts, output = words(self.question), self.answer.tokens()
        return {
            "promptTokenCount": prompt,
            "cachedContentTokenCount": cached,
            "candidatesTokenCount": output,
            "thoughtsTokenCount": thoughts,
            "totalTokenCount": prompt + output + thoughts,
        }


def embeddings(request):
    texts = [request["input"]] if isinstance(request["input"], str) else request["input"]
    vector = list(VECTOR)
    if request.get("encoding_format") == "base64":
        vector = base64.b64encode(struct.pack(f"<{len(VECTOR)}f", *VECTOR)).decode()
    # A text may be sent as the ids of its tokens.
    tokens = sum(words(text) if isinstance(text, str) else len(text) for text in texts)
    return {
        "object": "list",
        "data": [{"object": "embedding", "index": i, "embedding": vector} for i in range(len(texts))],
        "model": request["model"],
        "usage": {"prompt_tokens": tokens, "total_tokens": tokens},
    }


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    conversations = {"/chat/completions": Chat, "/responses": Responses, "/messages": Messages}

    def do_POST(self):
        # Clients differ in whether their base URL ends in /v1.
        path = self.path.split("?")[0].removeprefix("/v1")
        request = json.loads(self.rfile.read(int(self.headers.get("Content-Length", 0))))
        key = self.headers.get("x-api-key") or self.headers.get("x-goog-api-key")
        key = key or self.headers.get("Authorization", "").removeprefix("Bearer ")
        if key != API_KEY:
            self.error(401, "invalid_api_key", "authentication_error", "Incorrect API key provided")
        elif path == "/embeddings":
            self.json(200, embeddings(request))
        elif path in self.conversations:
            self.converse(self.conversations[path](request))
        elif "/models/" in path:
            self.converse(Gemini(request, path))
        else:
            self.error(404, "not_found", "not_found_error", "No such path: " + path)

    def converse(self, conversation):
        if RATE_LIMIT_TRIGGER in conversation.question:
            self.error(429, "rate_limit_exceeded", "rate_limit_error", "Rate limit reached")
        elif conversation.request.get("stream"):
            self.stream(conversation.events())
        else:
            self.json(200, conversation.completion())

    def stream(self, events):
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for name, data in events:
            text = ("" if name is None else f"event: {name}\n") + "data: "
            text += (data if isinstance(data, str) else json.dumps(data)) + "\n\n"
            body = text.encode()
            self.wfile.write(f"{len(body):x}\r\n".encode() + body + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def error(self, status, code, kind, message):
        if "/messages" in self.path:
            self.json(status, {"type": "error", "error": {"type": kind, "message": message}})
        elif "/models/" in self.path:
            self.json(status, {"error": {"code": status, "message": message, "status": GEMINI_STATUS[status]}})
        else:
            error = {"message": message, "type": "invalid_request_error", "param": None, "code": code}
            self.json(status, {"error": error})

    def json(self, status, value):
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


def start():
    """A server on a free port, which a thread runs."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    return server
