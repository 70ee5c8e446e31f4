/**
 * Prompt and response as messages: {system, input, output, tools}, a message as {role, parts, finish_reason}, a part as
 * {type: text | image | tool_call | tool_result | reasoning | json, …}. The server gives them; what comes without them is read
 * here, in the shapes of OpenAI, Anthropic, Gemini and OpenTelemetry. What has none of these shapes is one text.
 */

export function chatOf(span) {
  const given = span.chat;
  if (given && [given.system, given.input, given.output].some((each) => each?.length > 0)) {
    const input = messagesOf(given.input, 'user');
    return {
      system: instructionsOf(given.system ?? [], input),
      input,
      output: messagesOf(given.output, 'assistant'),
      tools: given.tools ?? [],
    };
  }
  const input = parse(span.prompt, span.kind === 'llm' ? 'user' : 'input');
  return {
    system: [],
    input: input.messages,
    output: parse(span.response, span.kind === 'llm' ? 'assistant' : 'output').messages,
    tools: input.tools,
  };
}

/** The parts of the instructions as a message, unless one of the input says the same. */
function instructionsOf(parts, input) {
  const said = new Set(input.filter(({ role }) => /system|developer/.test(role)).flatMap((message) => message.parts.map((part) => part.text)));
  const rest = parts.filter((part) => !said.has(part.text));
  return rest.length > 0 ? [{ role: 'system', parts: rest }] : [];
}

/** All that went in, in its order. */
export const inputOf = (chat) => [...chat.system, ...chat.input];

const messagesOf = (list, role) =>
  (list ?? []).map((each) => (typeof each === 'string' ? textMessage(role, each) : each.parts ? each : { role, parts: [each] }));

const textMessage = (role, text) => ({ role, parts: [{ type: 'text', text }] });

function parse(text, role) {
  if (text === undefined || text === null || text === '') {
    return { messages: [], tools: [] };
  }
  if (!/^\s*[[{]/.test(text)) {
    return { messages: [textMessage(role, text)], tools: [] };
  }
  let json;
  try {
    json = JSON.parse(text);
  } catch {
    return { messages: [textMessage(role, text)], tools: [] }; // cut off, or not JSON after all
  }
  const messages = [];
  if (collect(json, role, messages) && messages.length > 0) {
    return { messages, tools: json.tools ?? [] };
  }
  return { messages: [{ role, parts: [{ type: 'json', value: json }] }], tools: [] };
}

const isObject = (value) => value !== null && typeof value === 'object' && !Array.isArray(value);

/** Whether all of it was understood. */
function collect(node, role, messages) {
  if (Array.isArray(node)) {
    return node.length > 0 && node.every((element) => collect(element, role, messages));
  }
  if (!isObject(node)) {
    return false;
  }
  for (const wrapper of ['messages', 'choices', 'candidates', 'contents']) {
    if (Array.isArray(node[wrapper])) {
      if (node.system) {
        messages.push({ role: 'system', parts: partsOf(node.system) });
      }
      return collect(node[wrapper], role, messages);
    }
  }
  for (const inner of ['message', 'delta']) {
    if (isObject(node[inner])) {
      const before = messages.length;
      const understood = collect(node[inner], role, messages);
      if (understood && node.finish_reason && messages.length > before) {
        messages.at(-1).finish_reason = node.finish_reason;
      }
      return understood;
    }
  }
  if (isObject(node.content) && Array.isArray(node.content.parts)) {
    return collect(node.content, role, messages);
  }
  if (Array.isArray(node.parts) || (typeof node.role === 'string' && ('content' in node || 'tool_calls' in node || 'text' in node))) {
    messages.push(messageOf(node, role));
    return true;
  }
  const part = partOf(node);
  if (part.type === 'json') {
    return false;
  }
  messages.push({ role, parts: [part] });
  return true;
}

function messageOf(node, role) {
  const parts = [];
  const reasoning = node.reasoning_content ?? node.reasoning;
  if (typeof reasoning === 'string' && reasoning) {
    parts.push({ type: 'reasoning', text: reasoning });
  }
  const content = node.parts ?? node.content ?? node.text;
  if (node.role === 'tool' && typeof content === 'string') {
    parts.push({ type: 'tool_result', id: node.tool_call_id, name: node.name, result: content });
  } else {
    parts.push(...partsOf(content));
  }
  (node.tool_calls ?? []).forEach((call) => parts.push(toolCall(call)));
  return { role: node.role ?? role, parts, finish_reason: node.finish_reason };
}

function partsOf(content) {
  if (content === null || content === undefined || content === '') {
    return [];
  }
  return (Array.isArray(content) ? content : [content]).map(partOf);
}

function partOf(part) {
  if (typeof part === 'string') {
    return { type: 'text', text: part };
  }
  if (!isObject(part)) {
    return { type: 'json', value: part };
  }
  switch (String(part.type ?? '').toLowerCase().replaceAll('-', '_')) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return { type: 'text', text: writtenOf(part.text ?? part.content) };
    case 'reasoning':
    case 'thinking':
      return { type: 'reasoning', text: writtenOf(part.content ?? part.text ?? part.thinking ?? part.reasoning) };
    case 'tool_call':
    case 'tool_use':
    case 'function_call':
    case 'function':
      return toolCall(part);
    case 'tool_call_response':
    case 'tool_result':
    case 'function_call_output':
    case 'function_response':
      return {
        type: 'tool_result',
        id: part.id ?? part.tool_call_id ?? part.tool_use_id ?? part.call_id,
        name: part.name,
        result: part.response ?? part.result ?? part.content ?? part.output,
      };
    case 'image':
    case 'image_url':
    case 'input_image':
      return imageOf(part);
    default:
      return untyped(part);
  }
}

function imageOf(part) {
  const source = part.source ?? part;
  const url = part.image_url?.url ?? part.image_url ?? source.url ?? part.uri;
  const data = source.data ?? (source.content && !url ? source.content : null);
  const type = source.media_type ?? part.mime_type;
  return { type: 'image', url: typeof url === 'string' ? url : data ? `data:${type ?? 'image/png'};base64,${data}` : '', mime_type: type };
}

function untyped(part) {
  if (isObject(part.functionCall)) {
    return toolCall(part.functionCall);
  }
  if (isObject(part.functionResponse)) {
    return { type: 'tool_result', name: part.functionResponse.name, result: part.functionResponse.response };
  }
  if (isObject(part.inlineData ?? part.inline_data)) {
    const { mimeType, mime_type: type, data } = part.inlineData ?? part.inline_data;
    return { type: 'image', url: `data:${mimeType ?? type};base64,${data}`, mime_type: mimeType ?? type };
  }
  return typeof part.text === 'string' && !part.type ? { type: 'text', text: part.text } : { type: 'json', value: part };
}

function toolCall(call) {
  const named = isObject(call.function) ? call.function : call;
  return {
    type: 'tool_call',
    id: call.id ?? call.tool_call_id ?? call.call_id,
    name: named.name ?? named.toolName ?? '?',
    arguments: named.arguments ?? named.input ?? named.args,
  };
}

const writtenOf = (value) => (typeof value === 'string' ? value : value === undefined || value === null ? '' : JSON.stringify(value, null, 2));

/** The written words of a message, as findings are looked for in them. */
export const textOf = (message) =>
  message.parts.map((part) => part.text ?? (typeof part.result === 'string' ? part.result : '')).join('\n');

/**
 * What a call adds to the history of the one before. Agents resend everything each time: what both begin with is the same.
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
