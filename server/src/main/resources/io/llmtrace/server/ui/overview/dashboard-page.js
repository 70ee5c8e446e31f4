import { html, nothing } from 'lit';
import * as api from '../api.js';
import { change, parameters, traceUrl, urlOf } from '../location.js';
import { FIELDS } from '../query.js';
import { ABSENT, cost, count, duration, short, time } from '../format.js';
import { none, OverviewPage, panel } from './page.js';
import { PALETTE } from './chart.js';
import './chart.js';

const GROUPS = [
  ['model_name', 'Model'],
  ['provider', 'Provider'],
  ['user_id', 'User'],
  ['operation_name', 'Operation'],
  ['service_name', 'Service'],
  ['kind', 'Kind'],
  ['status', 'Status'],
];

const MEASURES = {
  spans: { title: 'Traffic', of: (m) => m.spans, written: short, sums: true },
  errors: { title: 'Errors', of: (m) => m.errors, written: short, sums: true },
  cost: { title: 'Cost', of: (m) => m.cost_usd, written: cost, sums: true },
  tokens: { title: 'Tokens', of: (m) => m.total_tokens, written: short, sums: true },
  p95: { title: 'Latency, p95', of: (m) => m.duration_ms?.p95, written: duration, sums: false },
};

const PERCENTILES = ['p50', 'p95', 'p99'];

/** Traffic, errors, latency, tokens and cost over time; who and what costs most. */
class DashboardPage extends OverviewPage {
  constructor() {
    super('/dashboard', 'Dashboard', ['by']);
  }

  get by() {
    const by = parameters().get('by');
    return GROUPS.some(([name]) => name === by) ? by : 'model_name';
  }

  /** One after the other, from top to bottom: together they would all come late from a large store. */
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
        <label class="pill">by
          <select @change=${(event) => change({ by: event.target.value === 'model_name' ? null : event.target.value })}>
            ${GROUPS.map(([name, label]) => html`<option value=${name} ?selected=${name === this.by}>${label}</option>`)}
          </select>
        </label>
        ${this.chips()}
      </div>
      ${this.#figures(total)}
      <div class="charts">
        ${Object.entries(MEASURES).map(([name, measure]) => panel(measure.title, this.results.groups, (data) => this.#chart(name, measure, data)))}
        ${panel('Latency of all', total, (data) => this.#percentiles(data))}
      </div>
      <div class="tables">
        ${panel(`By ${GROUPS.find(([name]) => name === this.by)[1].toLowerCase()}`, this.results.top, (data) => this.#top(data.data))}
        ${panel('Agent actions', this.results.actions, (data) => this.#actions(data.data))}
        ${panel('Most expensive traces', this.results.costly, (data) => this.#traces(data.data), html`<a href=${this.#listUrl({ sort: 'cost' })}>all</a>`)}
        ${panel('Slowest traces', this.results.slow, (data) => this.#traces(data.data), html`<a href=${this.#listUrl({ sort: 'duration' })}>all</a>`)}
      </div>
    </div>`;
  }

  #listUrl(more) {
    const kept = [...parameters()].filter(([name]) => name !== 'by');
    return urlOf('/', { ...Object.fromEntries(kept), ...more });
  }

  #figures(result) {
    const total = result?.data?.total;
    if (!total) {
      return nothing;
    }
    const figure = (label, value, note = '') => html`<div><dt>${label}</dt><dd>${value}${note ? html` <small>${note}</small>` : nothing}</dd></div>`;
    return html`<dl class="figures">
      ${figure('Spans', count(total.spans))} ${figure('Errors', count(total.errors), total.spans > 0 ? `${((total.errors / total.spans) * 100).toFixed(1)} %` : '')}
      ${figure('Cost', cost(total.cost_usd))} ${figure('Tokens', short(total.total_tokens), total.total_tokens ? `${short(total.prompt_tokens)} in, ${short(total.completion_tokens)} out` : '')}
      ${PERCENTILES.map((name) => figure(`Latency ${name}`, duration(total.duration_ms?.[name])))}
    </dl>`;
  }

  #chart(name, measure, data) {
    if (!data.groups?.length) {
      return none('No spans in this time.');
    }
    const times = slots(data);
    const series = data.groups.map((group, i) => {
      const rest = group.rest || group.value === undefined;
      const at = new Map(group.buckets.map((bucket) => [Date.parse(bucket.time), measure.of(bucket)]));
      return {
        label: group.rest ? 'all others' : (group.value ?? `without ${GROUPS.find(([name]) => name === this.by)[1].toLowerCase()}`),
        color: PALETTE[rest ? PALETTE.length - (group.rest ? 1 : 2) : i % (PALETTE.length - 2)],
        // A time without spans is a zero of a sum; of a latency there is nothing to say.
        values: times.map((ms) => at.get(ms) ?? (measure.sums ? 0 : null)),
      };
    });
    const shown = series.filter((each) => each.values.some((value) => value > 0));
    return shown.length === 0
      ? none('None in this time.')
      : html`<lt-chart .times=${times} .series=${shown} .written=${measure.written} label=${`${measure.title} over time by ${this.by.replaceAll('_', ' ')}; its figures stand in the tables below`} @brush=${this.#brush}></lt-chart>`;
  }

  #percentiles(data) {
    if (!data.groups?.length) {
      return none('No spans in this time.');
    }
    const times = slots(data);
    const at = new Map(data.groups[0].buckets.map((bucket) => [Date.parse(bucket.time), bucket.duration_ms]));
    const series = PERCENTILES.map((name, i) => ({ label: name, color: PALETTE[i], values: times.map((ms) => at.get(ms)?.[name] ?? null) }));
    return html`<lt-chart .times=${times} .series=${series} .written=${duration} label="Latency percentiles over time" @brush=${this.#brush}></lt-chart>`;
  }

  #top(rows) {
    if (rows.length === 0) {
      return none('No spans in this time.');
    }
    const filterable = FIELDS.some((field) => field.name === this.by);
    const most = Math.max(...rows.map((row) => row.cost_usd ?? 0));
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Figures by group"><table class="figures-table">
      <thead><tr><th scope="col">${GROUPS.find(([name]) => name === this.by)[1]}</th><th scope="col" class="r">Spans</th><th scope="col" class="r">Errors</th><th scope="col" class="r">Tokens</th><th scope="col" class="r">Cost</th><th scope="col" class="r">p95</th></tr></thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            <th scope="row">${row.value !== undefined && filterable ? html`<a href=${this.#listUrl({ [this.by]: row.value })}><bdi>${row.value || '(empty)'}</bdi></a>` : (row.value ?? '(none)')}</th>
            <td class="r">${count(row.spans)}</td>
            <td class="r">${row.errors > 0 ? html`<span class="error-text">${count(row.errors)}</span>` : 0}</td>
            <td class="r">${short(row.total_tokens)}</td>
            <td class="r">${share(row.cost_usd, most)}${cost(row.cost_usd)}</td>
            <td class="r">${duration(row.duration_ms?.p95)}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`;
  }

  #actions(rows) {
    if (rows.length === 0) {
      return none('No agent action in this time.');
    }
    const most = Math.max(...rows.map((row) => row.actions));
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Agent actions by tool"><table class="figures-table">
      <thead><tr><th scope="col">Tool</th><th scope="col">Type</th><th scope="col" class="r">Actions</th><th scope="col" class="r">Failed</th><th scope="col" class="r">Asked for</th><th scope="col" class="r">p50</th><th scope="col" class="r">p95</th></tr></thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            <th scope="row"><a href=${this.#listUrl({ show: 'spans', action_name: row.name })}><bdi>${row.name}</bdi></a></th>
            <td class="dim">${row.action_type.replaceAll('_', ' ')}</td>
            <td class="r">${share(row.actions, most)}${count(row.actions)}</td>
            <td class="r">${failureRate(row)}</td>
            <td class="r">${count(row.requested)}</td>
            <td class="r">${duration(row.duration_ms?.p50)}</td>
            <td class="r">${duration(row.duration_ms?.p95)}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`;
  }

  #traces(rows) {
    if (rows.length === 0) {
      return none('No traces in this time.');
    }
    return html`<div class="scroll" tabindex="0" role="group" aria-label="Traces"><table class="figures-table">
      <thead><tr><th scope="col">Trace</th><th scope="col">Time</th><th scope="col" class="r">Tokens</th><th scope="col" class="r">Cost</th><th scope="col" class="r">Duration</th></tr></thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr>
            <th scope="row"><a href=${traceUrl(row.trace_id)}><bdi>${row.name || row.trace_id}</bdi></a> <span class="dim"><bdi>${row.input_preview ?? ''}</bdi></span></th>
            <td class="dim">${row.start_time ? time(row.start_time) : ABSENT}</td>
            <td class="r">${short(row.total_tokens)}</td>
            <td class="r">${cost(row.estimated_cost_usd)}</td>
            <td class="r">${duration(row.duration_ms)}</td>
          </tr>`,
        )}
      </tbody>
    </table></div>`;
  }
}

const share = (value, most) =>
  value > 0 && most > 0
    ? html`<svg class="share" viewBox="0 0 40 4" aria-hidden="true"><rect width=${Math.max(1, (value / most) * 40)} x=${40 - Math.max(1, (value / most) * 40)} height="4" rx="2" /></svg> `
    : nothing;

function failureRate({ actions, failures, failure_rate: rate }) {
  if (actions === 0) {
    return ABSENT;
  }
  return failures > 0 ? html`<span class="error-text">${(rate * 100).toFixed(1)} %</span>` : '0 %';
}

/** The begins of all buckets, also of those without spans. */
function slots({ start, end, bucket_ms: width }) {
  const all = [];
  for (let at = Date.parse(start); at < Date.parse(end) && all.length < 4000; at += width) {
    all.push(at);
  }
  return all;
}

customElements.define('lt-dashboard-page', DashboardPage);
