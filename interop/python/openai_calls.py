"""The calls of a program that uses OpenAI's client."""

import fixed

SETTINGS = {"model": fixed.MODEL, "temperature": 0.2, "max_tokens": 64}


def asking(question):
    return [{"role": "system", "content": fixed.SYSTEM}, {"role": "user", "content": question}]


def chat(client):
    client.chat.completions.create(**SETTINGS, messages=asking(fixed.QUESTION))


def chat_streamed(client):
    stream = client.chat.completions.create(
        **SETTINGS, messages=asking(fixed.QUESTION), stream=True, stream_options={"include_usage": True}
    )
    for _ in stream:
        pass


def chat_with_tool(client):
    function = {"name": fixed.TOOL, "description": fixed.TOOL_DESCRIPTION, "parameters": fixed.TOOL_PARAMETERS}
    tools = [{"type": "function", "function": function}]
    messages = asking(fixed.WEATHER_QUESTION)
    request = client.chat.completions.create(**SETTINGS, messages=messages, tools=tools).choices[0].message
    messages.append(request.model_dump(exclude_none=True))
    messages.append({"role": "tool", "tool_call_id": request.tool_calls[0].id, "content": fixed.TOOL_RESULT})
    client.chat.completions.create(**SETTINGS, messages=messages, tools=tools)


def respond(client):
    """OpenAI's Responses API."""
    client.responses.create(
        model=fixed.MODEL,
        temperature=0.2,
        max_output_tokens=64,
        instructions=fixed.SYSTEM,
        input=fixed.QUESTION,
    )


def embed(client):
    client.embeddings.create(model=fixed.EMBEDDING_MODEL, input=fixed.TEXT)


def rate_limited(client):
    fixed.failing(lambda: client.chat.completions.create(**SETTINGS, messages=asking(fixed.RATE_LIMITED_QUESTION)))


def run_all(client):
    for call in (chat, chat_streamed, chat_with_tool, respond, embed, rate_limited):
        call(client)
