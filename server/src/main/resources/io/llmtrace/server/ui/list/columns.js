import { html, nothing } from 'lit';
import { LISTED } from '../fields.js';
import { ABSENT, cost, count, duration, fullTime, hexId, short, time, traceName } from '../format.js';

const mono = (value) => html`<span class="mono">${value ?? ABSENT}</span>`;
const startOf = (item) => item.start_time ?? item.created_at;

function bar(item, scale) {
  const share = item.duration_ms > 0 ? Math.log1p(item.duration_ms) / Math.log1p(Math.max(scale, 1000)) : 0;
  const width = Math.round(Math.min(1, share) * 40);
  return html`<svg class="dur" viewBox="0 0 40 4" aria-hidden="true">
    <rect width="40" height="4" rx="2" />
    <rect class="of" width=${width} height="4" rx="2" />
  </svg>`;
}

function io(item) {
  const input = item.input_preview ?? '';
  const output = item.error_message ?? item.output_preview ?? '';
  return html`<div class="io">
    <span><bdi>${input}</bdi></span
    >${output ? html`<span class="dim"><span aria-hidden="true">→</span> <bdi>${output}</bdi></span>` : nothing}
  </div>`;
}

function flags(item) {
  const errors = item.error_count ?? (item.status === 'error' ? 1 : 0);
  const label = item.status_code >= 400 ? item.status_code : errors > 1 ? `${count(errors)} errors` : 'error';
  return html`${errors > 0 ? html`<span class="tag err">${label}</span>` : nothing}
  ${
    item.security_score > 0
      ? html`<span class=${item.security_score >= 60 ? 'tag sec' : 'tag'} title="Security score"
          >${item.finding_types?.[0]?.replaceAll('_', ' ') ?? 'security'} ${item.security_score}</span
        >`
      : nothing
  }
  ${errors === 0 && !(item.security_score > 0) ? html`<span class="sr">ok</span>` : nothing}`;
}

/**
 * Columns of the list. `cell` renders an item, the summary of a trace or the outline of a span. `sort` is the server's
 * name of the order. `narrow` columns are shown on phones, too.
 */
const COMMON = {
  time: {
    label: 'Time',
    width: 126,
    sort: 'time',
    cell: (item) => html`<span class="mono" title=${fullTime(startOf(item))}>${time(startOf(item))}</span>`,
  },
  io: { label: 'Input → output', width: 0, narrow: true, cell: io },
  tokens: { label: 'Tokens', width: 74, right: true, sort: 'tokens', cell: (item) => short(item.total_tokens) },
  cost: { label: 'Cost', width: 84, right: true, sort: 'cost', cell: (item) => cost(item.estimated_cost_usd) },
  duration: {
    label: 'Duration',
    width: 124,
    right: true,
    sort: 'duration',
    cell: (item, scale) => html`${duration(item.duration_ms)}${bar(item, scale)}`,
  },
  flags: { label: 'Status', width: 118, cell: flags },
  prompt_tokens: { label: 'Input tokens', width: 84, right: true, cell: (item) => short(item.prompt_tokens) },
  completion_tokens: { label: 'Output tokens', width: 88, right: true, cell: (item) => short(item.completion_tokens) },
  service: { label: 'Service', width: 120, cell: (item) => item.service_name ?? ABSENT },
  user: { label: 'User', width: 110, cell: (item) => item.user_id ?? ABSENT },
  session: { label: 'Session', width: 130, cell: (item) => item.session_id ?? ABSENT },
  score: { label: 'Score', width: 60, right: true, cell: (item) => item.security_score ?? ABSENT },
  trace_id: { label: 'Trace ID', width: 256, cell: (item) => mono(hexId(item.trace_id)) },
};

const TRACES = {
  name: { label: 'Name', width: 148, narrow: true, cell: (item) => traceName(item) || '(unnamed)' },
  model: { label: 'Model', width: 128, cell: (item) => modelsOf(item) },
  provider: { label: 'Provider', width: 100, cell: (item) => item.providers?.join(', ') || ABSENT },
  spans: { label: 'Spans', width: 62, right: true, cell: (item) => count(item.span_count) },
  calls: { label: 'Model calls', width: 92, right: true, cell: (item) => count(item.llm_call_count) },
  findings: { label: 'Findings', width: 76, right: true, cell: (item) => count(item.finding_count) },
};

const SPANS = {
  name: {
    label: 'Name',
    width: 170,
    narrow: true,
    cell: (item) => html`<i class=${`kind ${item.kind}`} aria-hidden="true"></i>${item.operation_name || '(unnamed)'}`,
  },
  kind: { label: 'Kind', width: 84, cell: (item) => item.kind },
  model: { label: 'Model', width: 138, cell: (item) => item.model_name ?? ABSENT },
  provider: { label: 'Provider', width: 100, cell: (item) => item.provider ?? ABSENT },
  first_token: { label: 'First token', width: 92, right: true, cell: (item) => duration(item.time_to_first_token_ms) },
  finish: { label: 'Finish', width: 90, cell: (item) => item.finish_reason ?? ABSENT },
  actions: { label: 'Actions', width: 70, right: true, cell: (item) => count(item.action_count) },
  span_id: { label: 'Span ID', width: 150, cell: (item) => mono(item.span_id) },
};

function modelsOf(item) {
  const [first, ...others] = item.models ?? [];
  return html`<span title=${(item.models ?? []).join(', ')}
    >${first ?? ABSENT}${others.length ? ` +${others.length}` : ''}</span
  >`;
}

/** Fields that one of the columns above shows under another name or in another form. */
const IN_COLUMNS = new Set([
  ...[
    'operation_name',
    'kind',
    'provider',
    'model_name',
    'service_name',
    'user_id',
    'session_id',
    'trace_id',
    'span_id',
  ],
  ...['start_time', 'end_time', 'duration_ms', 'time_to_first_token_ms', 'status_code', 'finish_reason'],
  ...['prompt_tokens', 'completion_tokens', 'total_tokens', 'estimated_cost_usd', 'security_score'],
]);

const FIELD_COLUMNS = Object.fromEntries(
  LISTED.filter((field) => !IN_COLUMNS.has(field.name)).map((field) => [
    field.name,
    { label: field.label, width: 120, cell: (item) => item[field.name] ?? ABSENT },
  ]),
);

const ALL = { traces: { ...TRACES, ...COMMON }, spans: { ...SPANS, ...COMMON, ...FIELD_COLUMNS } };

const DEFAULTS = {
  traces: ['time', 'name', 'io', 'model', 'spans', 'tokens', 'cost', 'duration', 'flags'],
  spans: ['time', 'name', 'io', 'model', 'tokens', 'cost', 'duration', 'flags'],
};

export const columnNames = (show) => Object.keys(ALL[show]);
export const column = (show, name) => ALL[show][name];

/** Returns the columns in a `columns` parameter, or the default ones. */
export function chosen(show, text) {
  const names = (text ?? '').split(',').filter((name) => ALL[show][name]);
  return names.length ? names : DEFAULTS[show];
}

/** Returns the `columns` parameter for a selection, or null for the default. */
export function formatColumns(show, names) {
  const text = names.join(',');
  return text === DEFAULTS[show].join(',') ? null : text;
}
