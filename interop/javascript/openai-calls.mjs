// The calls of a program that uses OpenAI's client.

import * as fixed from "./fixed.mjs";

const settings = { model: fixed.MODEL, temperature: 0.2, max_tokens: 64 };

function asking(question) {
  return [
    { role: "system", content: fixed.SYSTEM },
    { role: "user", content: question },
  ];
}

export async function chat(client) {
  await client.chat.completions.create({ ...settings, messages: asking(fixed.QUESTION) });
}

export async function chatStreamed(client) {
  const stream = await client.chat.completions.create({
    ...settings,
    messages: asking(fixed.QUESTION),
    stream: true,
    stream_options: { include_usage: true },
  });
  for await (const _ of stream);
}

export async function chatWithTool(client) {
  const tool = {
    type: "function",
    function: { name: fixed.TOOL, description: fixed.TOOL_DESCRIPTION, parameters: fixed.TOOL_PARAMETERS },
  };
  const messages = asking(fixed.WEATHER_QUESTION);
  const request = await client.chat.completions.create({ ...settings, messages, tools: [tool] });
  const { message } = request.choices[0];
  const [call] = message.tool_calls;
  const answered = [...messages, message, { role: "tool", tool_call_id: call.id, content: fixed.TOOL_RESULT }];
  await client.chat.completions.create({ ...settings, messages: answered, tools: [tool] });
}

/** OpenAI's Responses API. */
export async function respond(client) {
  await client.responses.create({
    model: fixed.MODEL,
    temperature: 0.2,
    max_output_tokens: 64,
    instructions: fixed.SYSTEM,
    input: fixed.QUESTION,
  });
}

export async function embed(client) {
  await client.embeddings.create({ model: fixed.EMBEDDING_MODEL, input: fixed.TEXT });
}

export async function rateLimited(client) {
  await fixed.failing(() =>
    client.chat.completions.create({ ...settings, messages: asking(fixed.RATE_LIMITED_QUESTION) }),
  );
}

export async function all(client) {
  for (const call of [chat, chatStreamed, chatWithTool, respond, embed, rateLimited]) {
    await call(client);
  }
}
