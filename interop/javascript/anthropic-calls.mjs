// The calls of a program that uses Anthropic's client.

import * as fixed from "./fixed.mjs";

const settings = { model: fixed.CLAUDE, max_tokens: 64, system: fixed.SYSTEM };

function asking(question) {
  return [{ role: "user", content: question }];
}

export async function chat(client) {
  await client.messages.create({ ...settings, messages: asking(fixed.QUESTION) });
}

export async function chatStreamed(client) {
  const stream = await client.messages.create({ ...settings, messages: asking(fixed.QUESTION), stream: true });
  for await (const _ of stream);
}

export async function chatWithTool(client) {
  const tool = { name: fixed.TOOL, description: fixed.TOOL_DESCRIPTION, input_schema: fixed.TOOL_PARAMETERS };
  const messages = asking(fixed.WEATHER_QUESTION);
  const request = await client.messages.create({ ...settings, messages, tools: [tool] });
  const [call] = request.content;
  const result = { type: "tool_result", tool_use_id: call.id, content: fixed.TOOL_RESULT };
  const answered = [
    ...messages,
    { role: "assistant", content: request.content },
    { role: "user", content: [result] },
  ];
  await client.messages.create({ ...settings, messages: answered, tools: [tool] });
}

export async function rateLimited(client) {
  await fixed.failing(() => client.messages.create({ ...settings, messages: asking(fixed.RATE_LIMITED_QUESTION) }));
}

export async function all(client) {
  for (const call of [chat, chatStreamed, chatWithTool, rateLimited]) {
    await call(client);
  }
}
