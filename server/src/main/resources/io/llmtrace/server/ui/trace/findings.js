import { inputOf, textOf } from './chat.js';

// Locates findings in the messages of their span.

const QUOTES = ['match', 'matched_text', 'matched', 'text', 'snippet', 'excerpt', 'evidence', 'quote', 'value'];
const MIN_QUOTE = 3;

/** Returns the passages that the detector quotes. */
function quotesOf(finding) {
  const metadata = finding.metadata ?? {};
  const quotes = QUOTES.map((name) => metadata[name]).filter(
    (text) => typeof text === 'string' && text.trim().length >= MIN_QUOTE,
  );
  const [, quoted] = finding.description?.match(/[“"']([^“”"']{3,}?)[…]?[”"']/) ?? [];
  return quoted ? [...quotes, quoted.trim()] : quotes;
}

function offsetsOf({ metadata = {} }, text) {
  const start = Number(metadata.start ?? metadata.start_offset ?? metadata.offset);
  const end = Number(metadata.end ?? metadata.end_offset ?? start + Number(metadata.length));
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length
    ? text.slice(start, end)
    : null;
}

/** Returns the message at a location such as `request.messages[2].content` or `response`, or null. */
function messageAt(location, chat) {
  if (!location) {
    return null;
  }
  const index = Number(location.match(/\[(\d+)\]/)?.[1] ?? -1);
  if (/response|output|completion|choices|answer/i.test(location)) {
    return chat.output[Math.max(0, index)] ?? chat.output[0] ?? null;
  }
  const all = inputOf(chat);
  if (/tool_?results?/i.test(location)) {
    return (
      all.filter((message) => message.parts.some((part) => part.type === 'tool_result'))[Math.max(0, index)] ?? null
    );
  }
  if (index >= 0) {
    return chat.input[index] ?? null;
  }
  return /prompt|input|request|messages?/i.test(location)
    ? (all.findLast((message) => message.role === 'user') ?? all.at(-1) ?? null)
    : null;
}

/**
 * Returns findings, and passages to mark, by message. Findings that cannot be located are left out.
 *
 * @returns {Map<object, {findings: object[], marks: string[]}>}
 */
export function highlightsOf(findings, chat) {
  const highlights = new Map();
  const all = [...inputOf(chat), ...chat.output];
  for (const finding of findings) {
    const named = messageAt(finding.location, chat);
    const quotes = quotesOf(finding);
    const holds = (message) => quotes.some((quote) => textOf(message).includes(quote));
    const message = named && (quotes.length === 0 || holds(named)) ? named : (all.find(holds) ?? named);
    if (message) {
      const highlight = highlights.get(message) ?? { findings: [], marks: [] };
      const offsets = message === named ? offsetsOf(finding, textOf(message)) : null;
      highlight.findings.push(finding);
      highlight.marks.push(...quotes, ...(offsets ? [offsets] : []));
      highlights.set(message, highlight);
    }
  }
  return highlights;
}
