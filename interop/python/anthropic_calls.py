"""The calls of a program that uses Anthropic's client."""

import fixed

SETTINGS = {"model": fixed.CLAUDE, "max_tokens": 64, "system": fixed.SYSTEM}


def asking(question):
    return [{"role": "user", "content": question}]


def chat(client):
    client.messages.create(**SETTINGS, messages=asking(fixed.QUESTION))


def chat_streamed(client):
    for _ in client.messages.create(**SETTINGS, messages=asking(fixed.QUESTION), stream=True):
        pass


def chat_with_tool(client):
    tool = {"name": fixed.TOOL, "description": fixed.TOOL_DESCRIPTION, "input_schema": fixed.TOOL_PARAMETERS}
    messages = asking(fixed.WEATHER_QUESTION)
    request = client.messages.create(**SETTINGS, messages=messages, tools=[tool])
    result = {"type": "tool_result", "tool_use_id": request.content[0].id, "content": fixed.TOOL_RESULT}
    messages.append({"role": "assistant", "content": [part.model_dump() for part in request.content]})
    messages.append({"role": "user", "content": [result]})
    client.messages.create(**SETTINGS, messages=messages, tools=[tool])


def rate_limited(client):
    fixed.failing(lambda: client.messages.create(**SETTINGS, messages=asking(fixed.RATE_LIMITED_QUESTION)))


def run_all(client):
    for call in (chat, chat_streamed, chat_with_tool, rate_limited):
        call(client)
