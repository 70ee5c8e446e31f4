// The filters of the page, under the names of the server's query parameters.

import { FIELDS, RANGES, presentNamed } from './fields.js';

export const TIMES = [
  { name: '15m', label: 'Last 15 minutes', ms: 900_000 },
  { name: '1h', label: 'Last hour', ms: 3_600_000 },
  { name: '24h', label: 'Last 24 hours', ms: 86_400_000 },
  { name: '7d', label: 'Last 7 days', ms: 604_800_000 },
  { name: '30d', label: 'Last 30 days', ms: 2_592_000_000 },
  { name: 'all', label: 'All time', ms: null },
];

export const DEFAULT_TIME = '24h';

const NAMES = new Set([
  ...FIELDS.map((field) => field.name),
  ...RANGES.flatMap((range) => [range.min, range.max]),
  'text',
  'q',
]);

const isFilter = (name) => NAMES.has(name) || name.startsWith('tag.') || name.startsWith('has.');

/** Returns the filters in the URL parameters, without the time range. */
export function filtersOf(parameters) {
  return Object.fromEntries([...parameters].filter(([name, value]) => isFilter(name) && value !== ''));
}

/** Returns the time range in the URL parameters, relative to `now`. `start` and `end` are null where it is open. */
export function timeOf(parameters, now = Date.now()) {
  const start = parameters.get('start_time');
  const end = parameters.get('end_time');
  if (start || end) {
    return { name: null, start: validDate(start), end: validDate(end) };
  }
  const named = TIMES.find((time) => time.name === (parameters.get('time') ?? DEFAULT_TIME)) ?? TIMES[2];
  return { name: named.name, start: named.ms === null ? null : new Date(now - named.ms), end: null };
}

function validDate(text) {
  const date = text ? new Date(text) : null;
  return date && !Number.isNaN(date.getTime()) ? date : null;
}

/** The page knows milliseconds, and the end is inclusive: spans in the rest of its millisecond belong to it, too. */
export function timeParameters({ start, end }) {
  return {
    ...(start && { start_time: start.toISOString() }),
    ...(end && { end_time: end.toISOString().replace('Z', '999999Z') }),
  };
}

/** Returns what the link from a list with filters to one of its traces carries: the filters, and times that do not move. */
export function carriedBy(parameters) {
  const filters = filtersOf(parameters);
  const times = [...parameters].filter(([name]) => name === 'start_time' || name === 'end_time');
  return Object.keys(filters).length > 0 ? { ...filters, ...Object.fromEntries(times) } : {};
}

/** Returns the words and expressions of filters as one expression of the filter language. Signs mean themselves behind a backslash. */
export function searchOf({ q, text }) {
  const words = text && `text:${text.replace(/[^\p{L}\p{N}]/gu, '\\$&')}`;
  return [q && `(${q})`, words].filter(Boolean).join(' ');
}

/** Returns everything in the URL parameters that selects spans, as query parameters of the server. */
export const queryOf = (parameters, now) => ({ ...filtersOf(parameters), ...timeParameters(timeOf(parameters, now)) });

export function labelOf(name, value) {
  const field = FIELDS.find((candidate) => candidate.name === name);
  if (field) {
    return `${field.label.toLowerCase()} ${value === '' ? '(empty)' : value}`;
  }
  const range = RANGES.find((candidate) => candidate.min === name || candidate.max === name);
  if (range) {
    const amount = Number(value) / range.scale;
    const text = range.unit === '$' ? `$${amount}` : `${amount}${range.unit ? ` ${range.unit}` : ''}`;
    return `${range.label.toLowerCase()} ${range.min === name ? '≥' : '≤'} ${text}`;
  }
  if (name.startsWith('has.')) {
    const label = presentNamed(name.slice(4))?.label.toLowerCase() ?? name.slice(4);
    return `${value === 'true' ? 'has' : 'no'} ${label}`;
  }
  if (name === 'q') {
    return value;
  }
  return name.startsWith('tag.') ? `${name.slice(4)}=${value}` : `${name} ${value}`;
}
