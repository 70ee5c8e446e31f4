import { inputOf, textOf } from './chat.js';

/** Where a finding is in the messages of its span. */

const QUOTES = ['match', 'matched_text', 'matched', 'text', 'snippet', 'excerpt', 'evidence', 'quote', 'value'];
const LEAST = 3;

/** The words that were found, as far as the detector says. */
function quotesOf(finding) {
  const metadata = finding.metadata ?? {};
  const quotes = QUOTES.map((name) => metadata[name]).filter((text) => typeof text === 'string' && text.trim().length >= LEAST);
  const [, quoted] = finding.description?.match(/[“"']([^“”"']{3,}?)[…]?[”"']/) ?? [];
  return quoted ? [...quotes, quoted.trim()] : quotes;
}

function offsetsOf({ metadata = {} }, text) {
  const start = Number(metadata.start ?? metadata.start_offset ?? metadata.offset);
  const end = Number(metadata.end ?? metadata.end_offset ?? start + Number(metadata.length));
  return Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start < end && end <= text.length ? text.slice(start, end) : null;
}

/** The message that a place such as `request.messages[2].content` or `response` names. */
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
    return all.filter((message) => message.parts.some((part) => part.type === 'tool_result'))[Math.max(0, index)] ?? null;
  }
  if (index >= 0) {
    return chat.input[index] ?? null;
  }
  return /prompt|input|request|messages?/i.test(location) ? (all.findLast((message) => message.role === 'user') ?? all.at(-1) ?? null) : null;
}

/** @returns {Map<object, {findings: object[], marks: string[]}>} by message; findings without a place are not in it */
export function placesOf(findings, chat) {
  const places = new Map();
  const all = [...inputOf(chat), ...chat.output];
  for (const finding of findings) {
    const named = messageAt(finding.location, chat);
    const quotes = quotesOf(finding);
    const holds = (message) => quotes.some((quote) => textOf(message).includes(quote));
    const message = named && (quotes.length === 0 || holds(named)) ? named : (all.find(holds) ?? named);
    if (message) {
      const place = places.get(message) ?? { findings: [], marks: [] };
      const offsets = message === named ? offsetsOf(finding, textOf(message)) : null;
      place.findings.push(finding);
      place.marks.push(...quotes, ...(offsets ? [offsets] : []));
      places.set(message, place);
    }
  }
  return places;
}
