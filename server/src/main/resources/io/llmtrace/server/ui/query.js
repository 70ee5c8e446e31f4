/** What can be asked, under the names that the server uses in its parameters. */

/** Fields with a value to choose. `column` is what the analytics calls group by. */
export const FIELDS = [
  { name: 'status', label: 'Status', values: ['error', 'ok'] },
  {
    name: 'kind',
    label: 'Kind',
    values: ['llm', 'agent', 'tool', 'chain', 'retriever', 'reranker', 'embedding', 'guardrail', 'evaluator', 'other'],
  },
  { name: 'model_name', label: 'Model', aliases: ['model'] },
  { name: 'provider', label: 'Provider' },
  { name: 'operation_name', label: 'Operation', aliases: ['operation', 'name'] },
  { name: 'service_name', label: 'Service', aliases: ['service'] },
  { name: 'finding_type', label: 'Finding', aliases: ['finding'] },
  { name: 'finding_severity', label: 'Severity', aliases: ['severity'], values: ['Critical', 'High', 'Medium', 'Low', 'Info'] },
  { name: 'action_name', label: 'Action', aliases: ['action', 'tool'] },
  { name: 'user_id', label: 'User', aliases: ['user'] },
  { name: 'session_id', label: 'Session', aliases: ['session'] },
  { name: 'trace_id', label: 'Trace id', aliases: ['trace'], free: true },
];

/** Fields with a smallest and a largest value; `scale` from what is typed to what is asked. */
export const RANGES = [
  { name: 'duration', label: 'Duration', unit: 's', min: 'min_duration_ms', max: 'max_duration_ms', scale: 1000 },
  { name: 'cost', label: 'Cost', unit: '$', min: 'min_cost_usd', max: 'max_cost_usd', scale: 1 },
  { name: 'score', label: 'Security score', unit: '', min: 'min_security_score', max: 'max_security_score', scale: 1 },
];

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
]);

const isFilter = (name) => NAMES.has(name) || name.startsWith('tag.');

/** The filters in an address, without the time. */
export function filtersOf(parameters) {
  return Object.fromEntries([...parameters].filter(([name, value]) => isFilter(name) && value !== ''));
}

/** From when to when: of an address, at this moment. Null where it is open. */
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

export function timeParameters({ start, end }) {
  return { ...(start && { start_time: start.toISOString() }), ...(end && { end_time: end.toISOString() }) };
}

/** All of an address that selects spans, as parameters of the server. */
export const queryOf = (parameters, now) => ({ ...filtersOf(parameters), ...timeParameters(timeOf(parameters, now)) });

export function labelOf(name, value) {
  const field = FIELDS.find((candidate) => candidate.name === name);
  if (field) {
    return `${field.label.toLowerCase()} ${value === '' ? '(empty)' : value}`;
  }
  const range = RANGES.find((candidate) => candidate.min === name || candidate.max === name);
  if (range) {
    const amount = Number(value) / range.scale;
    const written = range.unit === '$' ? `$${amount}` : `${amount}${range.unit ? ` ${range.unit}` : ''}`;
    return `${range.label.toLowerCase()} ${range.min === name ? '≥' : '≤'} ${written}`;
  }
  return name.startsWith('tag.') ? `${name.slice(4)}=${value}` : `${name} ${value}`;
}

/**
 * What was typed into the search box: `model:gpt-4o`, `tag.env:prod` and `env=prod` are filters, the rest is text.
 * Quotes hold a value with blanks together.
 */
export function parseSearch(typed) {
  const filters = {};
  const words = [];
  for (const token of typed.match(/[\w.]+[:=]"[^"]*"|"[^"]*"|\S+/g) ?? []) {
    const [, name, sign, value] = token.match(/^([A-Za-z_][\w.]*)([:=])"?([^"]+)"?$/) ?? [];
    const field = name && FIELDS.find((each) => each.name === name || each.aliases?.includes(name));
    if (field && !(field.values && !field.values.includes(value))) {
      filters[field.name] = value;
    } else if (name && (sign === '=' || name.startsWith('tag.'))) {
      filters[`tag.${name.replace(/^tag\./, '')}`] = value;
    } else {
      words.push(token);
    }
  }
  return { filters, text: words.join(' ') };
}
