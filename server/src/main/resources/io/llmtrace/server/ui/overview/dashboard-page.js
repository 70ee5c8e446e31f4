import { html, nothing } from 'lit';
import * as api from '../api.js';
import { change, parameters, traceUrl, urlOf } from '../location.js';
import { FIELDS, GROUPS } from '../fields.js';
import { ABSENT, cost, count, duration, short, time, traceName } from '../format.js';
import { none, OverviewPage, panel, table, viewAll } from './page.js';
import { PALETTE } from './chart.js';
import './chart.js';

const MEASURES = {
  spans: { title: 'Traffic', of: (m) => m.spans, format: short, sums: true },
  errors: { title: 'Errors', of: (m) => m.errors, format: short, sums: true },
  cost: { title: 'Cost', of: (m) => m.cost_usd, format: cost, sums: true },
  tokens: { title: 'Tokens', of: (m) => m.total_tokens, format: short, sums: true },
  p95: { title: 'Latency (p95)', of: (m) => m.duration_ms?.p95, format: duration, sums: false },
};

const PERCENTILES = ['p50', 'p95', 'p99'];

/** Traffic, errors, latency, tokens and cost over time, and what costs most. */
class DashboardPage extends OverviewPage {
  constructor() {
    super('/dashboard', 'Dashboard', ['by']);
  }

  get by() {
    const by = parameters().get('by');
    return GROUPS.some((field) => field.name === by) ? by : 'model_name';
  }

  get byLabel() {
    return GROUPS.find((field) => field.name === this.by)?.label ?? this.by;
  }

  /**
   * Loads the parts one after another, from top to bottom. If a large store loaded them in parallel, all of them would
   * be late.
   */
  async load(signal) {
    const { query, by } = this;
    await this.ask('total', () => api.timeline({ ...query, buckets: 60 }, signal));
    await this.ask('groups', () => api.timeline({ ...query, buckets: 60, group_by: by, groups: 6 }, signal));
    await this.ask('top', () => api.top({ ...query, group_by: by, order: 'cost_usd', limit: 12 }, signal));
    await this.ask('actions', () => api.actions({ ...query, limit: 12 }, signal));
    await this.ask('costly', () => api.traces({ ...query, order: 'cost', limit: 8 }, signal));
    await this.ask('slow', () => api.traces({ ...query, order: 'duration', limit: 8 }, signal));
  }

  #brush({ detail }) {
    change({ time: null, start_time: detail.start.toISOString(), end_time: detail.end.toISOString() });
  }

  render() {
    const total = this.results.total;
    return html`<div class="overview">
      <div class="overview-head">
        <h1>Dashboard</h1>
        <label class="pill"
          >Group by
          <select @change=${(event) => change({ by: event.target.value === 'model_name' ? null : event.target.value })}>
            ${GROUPS.map((field) => html`<option value=${field.name} ?selected=${field.name === this.by}>${field.label}</option>`)}
          </select>
        </label>
        ${this.chips()}
      </div>
      ${this.#totals(total)}
      <div class="charts">
        ${Object.entries(MEASURES).map(([name, measure]) => panel(measure.title, this.results.groups, (data) => this.#chart(name, measure, data)))}
        ${panel('Latency percentiles', total, (data) => this.#percentiles(data))}
      </div>
      <div class="tables">
        ${panel(`By ${this.byLabel.toLowerCase()}`, this.results.top, (data) => this.#top(data.data))}
        ${panel('Agent actions', this.results.actions, (data) => this.#actions(data.data))}
        ${panel('Most expensive traces', this.results.costly, (data) => this.#traces(data.data), viewAll(this.#listUrl({ sort: 'cost' })))}
        ${panel('Slowest traces', this.results.slow, (data) => this.#traces(data.data), viewAll(this.#listUrl({ sort: 'duration' })))}
      </div>
    </div>`;
  }

  #listUrl(more) {
    const kept = [...parameters()].filter(([name]) => name !== 'by');
    return urlOf('/', { ...Object.fromEntries(kept), ...more });
  }

  #totals(result) {
    const total = result?.data?.total;
    if (!total) {
      return nothing;
    }
    const item = (label, value, note = '') =>
      html`<div>
        <dt>${label}</dt>
        <dd>${value}${note ? html` <small>${note}</small>` : nothing}</dd>
      </div>`;
    return html`<dl class="totals">
      ${item('Spans', count(total.spans))}
      ${item('Errors', count(total.errors), total.spans > 0 ? `${((total.errors / total.spans) * 100).toFixed(1)}%` : '')}
      ${item('Cost', cost(total.cost_usd))}
      ${item('Tokens', short(total.total_tokens), total.total_tokens ? `${short(total.prompt_tokens)} in, ${short(total.completion_tokens)} out` : '')}
      ${PERCENTILES.map((name) => item(`Latency ${name}`, duration(total.duration_ms?.[name])))}
    </dl>`;
  }

  #chart(name, measure, data) {
    if (!data.groups?.length) {
      return none('No spans in this time range.');
    }
    const times = slots(data);
    const series = data.groups.map((group, i) => {
      const rest = group.other || group.value === undefined;
      const at = new Map(group.buckets.map((bucket) => [Date.parse(bucket.time), measure.of(bucket)]));
      return {
        label: group.other ? 'Other' : (group.value ?? `no ${this.byLabel.toLowerCase()}`),
        color: PALETTE[rest ? PALETTE.length - (group.other ? 1 : 2) : i % (PALETTE.length - 2)],
        // In a bucket without spans, sums are zero, but latencies have no value.
        values: times.map((ms) => at.get(ms) ?? (measure.sums ? 0 : null)),
      };
    });
    const shown = series.filter((each) => each.values.some((value) => value > 0));
    return shown.length === 0
      ? none('Nothing recorded in this time range.')
      : html`<lt-chart
          .times=${times}
          .series=${shown}
          .format=${measure.format}
          label=${`${measure.title} over time by ${this.by.replaceAll('_', ' ')}; see the tables below for the numbers`}
          @brush=${this.#brush}
        ></lt-chart>`;
  }

  #percentiles(data) {
    if (!data.groups?.length) {
      return none('No spans in this time range.');
    }
    const times = slots(data);
    const at = new Map(data.groups[0].buckets.map((bucket) => [Date.parse(bucket.time), bucket.duration_ms]));
    const series = PERCENTILES.map((name, i) => ({
      label: name,
      color: PALETTE[i],
      values: times.map((ms) => at.get(ms)?.[name] ?? null),
    }));
    return html`<lt-chart
      .times=${times}
      .series=${series}
      .format=${duration}
      label="Latency percentiles over time"
      @brush=${this.#brush}
    ></lt-chart>`;
  }

  #top(rows) {
    if (rows.length === 0) {
      return none('No spans in this time range.');
    }
    const filterable = FIELDS.some((field) => field.name === this.by);
    const most = Math.max(...rows.map((row) => row.cost_usd ?? 0));
    return table(
      'Totals by group',
      [this.byLabel],
      ['Spans', 'Errors', 'Tokens', 'Cost', 'p95'],
      rows,
      (row) =>
        html`<tr>
          <th scope="row">${filterable ? this.#groupLink(row.value) : (row.value ?? '(none)')}</th>
          <td class="r">${count(row.spans)}</td>
          <td class="r">${row.errors > 0 ? html`<span class="error-text">${count(row.errors)}</span>` : 0}</td>
          <td class="r">${short(row.total_tokens)}</td>
          <td class="r">${share(row.cost_usd, most)}${cost(row.cost_usd)}</td>
          <td class="r">${duration(row.duration_ms?.p95)}</td>
        </tr>`,
    );
  }

  #groupLink(value) {
    return value === undefined
      ? '(none)'
      : html`<a href=${this.#listUrl({ [this.by]: value })}><bdi>${value || '(empty)'}</bdi></a>`;
  }

  #actions(rows) {
    if (rows.length === 0) {
      return none('No agent actions in this time range.');
    }
    const most = Math.max(...rows.map((row) => row.actions));
    return table(
      'Agent actions by tool',
      ['Tool', 'Type'],
      ['Actions', 'Failed', 'Requested', 'p50', 'p95'],
      rows,
      (row) =>
        html`<tr>
          <th scope="row">
            <a href=${this.#listUrl({ show: 'spans', action_name: row.name })}><bdi>${row.name}</bdi></a>
          </th>
          <td class="dim">${row.action_type.replaceAll('_', ' ')}</td>
          <td class="r">${share(row.actions, most)}${count(row.actions)}</td>
          <td class="r">${failureRate(row)}</td>
          <td class="r">${count(row.requested)}</td>
          <td class="r">${duration(row.duration_ms?.p50)}</td>
          <td class="r">${duration(row.duration_ms?.p95)}</td>
        </tr>`,
    );
  }

  #traces(rows) {
    if (rows.length === 0) {
      return none('No traces in this time range.');
    }
    return table(
      'Traces',
      ['Trace', 'Time'],
      ['Tokens', 'Cost', 'Duration'],
      rows,
      (row) =>
        html`<tr>
          <th scope="row">
            <a href=${traceUrl(row.trace_id)}><bdi>${traceName(row) || row.trace_id}</bdi></a>
            <span class="dim"><bdi>${row.input_preview ?? ''}</bdi></span>
          </th>
          <td class="dim">${row.start_time ? time(row.start_time) : ABSENT}</td>
          <td class="r">${short(row.total_tokens)}</td>
          <td class="r">${cost(row.estimated_cost_usd)}</td>
          <td class="r">${duration(row.duration_ms)}</td>
        </tr>`,
    );
  }
}

const share = (value, most) =>
  value > 0 && most > 0
    ? html`<svg class="share" viewBox="0 0 40 4" aria-hidden="true">
        <rect width=${Math.max(1, (value / most) * 40)} x=${40 - Math.max(1, (value / most) * 40)} height="4" rx="2" />
      </svg> `
    : nothing;

function failureRate({ actions, failures, failure_rate: rate }) {
  if (actions === 0) {
    return ABSENT;
  }
  return failures > 0 ? html`<span class="error-text">${(rate * 100).toFixed(1)}%</span>` : '0%';
}

/** Returns the start of every bucket, including those without spans. */
function slots({ start, end, bucket_ms: width }) {
  const all = [];
  for (let at = Date.parse(start); at < Date.parse(end) && all.length < 4000; at += width) {
    all.push(at);
  }
  return all;
}

customElements.define('lt-dashboard-page', DashboardPage);
