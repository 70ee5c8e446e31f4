/**
 * Prompt and response of a span as messages, as the server reads them: {system, input, output, tools}. A message is
 * {role, parts, finish_reason}, a part {type: text | image | tool_call | tool_result | reasoning | json, …}.
 */

export function chatOf(span) {
  const { system = [], input = [], output = [], tools = [] } = span.chat;
  return { system: instructionsOf(system, input), input, output, tools };
}

/** Returns the instructions as one message, without the parts that a system message of the input repeats. */
function instructionsOf(parts, input) {
  const repeated = new Set(
    input
      .filter(({ role }) => /system|developer/.test(role))
      .flatMap((message) => message.parts.map((part) => part.text)),
  );
  const rest = parts.filter((part) => !repeated.has(part.text));
  return rest.length > 0 ? [{ role: 'system', parts: rest }] : [];
}

/** Returns everything that was sent to the model, in order. */
export const inputOf = (chat) => [...chat.system, ...chat.input];

/** Returns the text of a message in which findings are located. */
export const textOf = (message) =>
  message.parts.map((part) => part.text ?? (typeof part.result === 'string' ? part.result : '')).join('\n');

/**
 * Compares the history of a call with that of the call before it. Agents resend everything each time, so both start
 * with the same messages.
 *
 * @returns {{kept: number, dropped: object[], added: object[]}}
 */
export function difference(before, now) {
  const same = (a, b) => a.role === b.role && JSON.stringify(a.parts) === JSON.stringify(b.parts);
  let kept = 0;
  while (kept < before.length && kept < now.length && same(before[kept], now[kept])) {
    kept++;
  }
  return { kept, dropped: before.slice(kept), added: now.slice(kept) };
}
