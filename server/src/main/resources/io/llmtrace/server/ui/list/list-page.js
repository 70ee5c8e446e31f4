import { html, nothing } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { styled } from '../styled.js';
import { View } from '../view.js';
import { Keys } from '../keys.js';
import { ROOT, change, changes, go, parameters, path, traceUrl, urlOf } from '../location.js';
import * as api from '../api.js';
import { carriedBy, filtersOf, queryOf, timeOf, timeParameters } from '../query.js';
import { ago, cost, count, duration, plural, short } from '../format.js';
import { loading, problem } from '../states.js';
import { chosen, column } from './columns.js';
import { lastList } from './state.js';
import { LiveList } from './live.js';
import './column-menu.js';
import './export-menu.js';
import './facets.js';
import './histogram.js';
import './search-bar.js';

const PAGE = 100;
const SORTS = ['time', 'oldest', 'duration', 'cost', 'tokens'];
const PHONE = matchMedia('(max-width: 720px)');

/** The list of traces or spans. All state that is worth sharing is in the URL. */
class ListPage extends View {
  static properties = {
    items: { state: true },
    next: { state: true },
    problem: { state: true },
    busy: { state: true },
    selected: { state: true },
    first: { state: true },
    timeline: { state: true },
    total: { state: true },
    timelineNote: { state: true },
    matching: { state: true },
    stats: { state: true },
    fresh: { state: true },
    facetsOpen: { state: true },
  };

  constructor() {
    super();
    this.items = [];
    this.next = null;
    this.problem = null;
    this.busy = false;
    this.selected = -1;
    this.first = 0;
    this.timeline = null;
    this.total = null;
    this.timelineNote = '';
    this.matching = null;
    this.stats = null;
    this.fresh = new Set();
    this.facetsOpen = false;
    this.moved = () => this.#moved();
    this.drawn = () => this.requestUpdate();
    this.live = new LiveList(this);
    new Keys(this, {
      j: () => this.#select(this.selected + 1),
      k: () => this.#select(this.selected - 1),
      ArrowDown: () => this.#select(this.selected + 1),
      ArrowUp: () => this.#select(this.selected - 1),
      Home: () => this.#select(0),
      End: () => this.#select(this.items.length - 1),
      Enter: () => this.items[this.selected] && go(this.#urlOf(this.items[this.selected])),
      '/': () => this.querySelector('lt-search-bar').focusInput(),
      s: () => this.#show(this.show === 'traces' ? 'spans' : 'traces'),
      l: () => this.#toggleLive(),
      r: () => this.reload(),
      Escape: () => (this.facetsOpen ? (this.facetsOpen = false) : this.#select(-1)),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    changes.addEventListener('change', this.moved);
    PHONE.addEventListener('change', this.drawn);
    document.title = 'Traces · llmtrace';
    this.#restore();
    this.#moved();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    changes.removeEventListener('change', this.moved);
    PHONE.removeEventListener('change', this.drawn);
    this.running?.abort();
    Object.assign(lastList, {
      key: this.key,
      items: this.items,
      next: this.next,
      selected: this.selected,
      scrollTop: this.scrolled ?? 0,
      rest: { timeline: this.timeline, total: this.total, matching: this.matching, query: this.query },
    });
  }

  #restore() {
    if (lastList.key !== null && lastList.key === keyOf(parameters()) && lastList.items.length > 0) {
      this.key = lastList.key;
      this.running = new AbortController();
      this.items = lastList.items;
      this.next = lastList.next;
      this.selected = lastList.selected;
      Object.assign(this, lastList.rest);
      this.updateComplete.then(() => {
        const scroller = this.querySelector('.rows');
        scroller.scrollTop = lastList.scrollTop;
        this.#scrolled();
      });
    }
  }

  get show() {
    return parameters().get('show') === 'spans' ? 'spans' : 'traces';
  }

  get sort() {
    const sort = parameters().get('sort');
    return SORTS.includes(sort) ? sort : 'time';
  }

  get rowHeight() {
    return PHONE.matches ? 58 : 32;
  }

  #moved() {
    if (path() !== '/') {
      return;
    }
    lastList.url = location.pathname + location.search;
    if (keyOf(parameters()) !== this.key) {
      this.reload();
    }
    this.requestUpdate();
  }

  reload() {
    this.key = keyOf(parameters());
    // Resolved once, so that "the last hour" does not move while somebody scrolls.
    this.query = queryOf(parameters());
    this.running?.abort();
    this.running = new AbortController();
    this.items = [];
    this.next = null;
    this.selected = -1;
    this.first = 0;
    this.problem = null;
    this.busy = false;
    this.timeline = null;
    this.total = null;
    this.matching = null;
    this.stats = null;
    this.fresh = new Set();
    const scroller = this.querySelector('.rows');
    if (scroller) {
      scroller.scrollTop = 0;
    }
    this.#loadPage().then(() => Promise.all([this.#loadTimeline(), this.#countItems()]));
  }

  /** Returns the query for a page. Only the orders by time are paged by cursor, which stays exact during writes. */
  pageQuery(limit = PAGE) {
    const orders = { time: 'newest_first', oldest: 'oldest_first' };
    return { ...this.query, limit, order: orders[this.sort] ?? this.sort };
  }

  fetchPage(query, signal) {
    return this.show === 'spans' ? api.spans(query, signal) : api.traces(query, signal);
  }

  async #loadPage() {
    if (this.busy) {
      return;
    }
    this.busy = true;
    const { signal } = this.running;
    try {
      const page = await this.fetchPage({ ...this.pageQuery(), ...this.next }, signal);
      this.items = [...this.items, ...page.data];
      this.next = page.next_cursor
        ? { cursor: page.next_cursor }
        : page.next_offset
          ? { offset: page.next_offset }
          : null;
      this.problem = null;
      if (this.items.length === 0) {
        this.stats = await api.stats(signal);
        if (this.stats.total_traces === 0 && !this.live.on) {
          this.live.toggle(); // so that the first traces appear as soon as they arrive
        }
      }
      this.busy = false;
      this.updateComplete.then(() => this.#scrolled());
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.problem = failure;
        this.busy = false;
      }
    }
  }

  /** Counts again what the list has, after live updates have added to it. */
  recount() {
    this.#loadTimeline();
    this.#countItems();
  }

  /** Counts over time what the list has, traces or spans, and sums up the spans, whichever it has. */
  async #loadTimeline() {
    const { signal } = this.running;
    if (signal.aborted || this.problem) {
      return;
    }
    const { show, query } = this;
    try {
      const [counts, spans] = await Promise.all([
        show === 'traces' ? api.traceTimeline({ ...query, buckets: 90 }, signal) : null,
        api.timeline({ ...query, buckets: show === 'traces' ? 4 : 90 }, signal),
      ]);
      this.timeline = counts ?? { ...spans, buckets: spans.groups[0]?.buckets ?? [] };
      this.total = spans.total;
      this.timelineNote = this.timeline.buckets.length === 0 ? `No matching ${show}` : '';
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.timelineNote = failure.missing
          ? `This server does not count ${show} over time`
          : `Could not count ${show}: ${failure.message}`;
      }
    }
  }

  /** Without a count, the foot of the list says that there is more. */
  async #countItems() {
    const { signal } = this.running;
    if (signal.aborted || !this.next) {
      return;
    }
    const { show } = this;
    const found = await api.countOf(show, this.query, signal).catch(() => null);
    if (!signal.aborted) {
      this.matching = found && { items: found[show], more: found.more };
    }
  }

  #toggleLive() {
    this.live.toggle();
    this.requestUpdate();
  }

  #show(show) {
    change({ show: show === 'traces' ? null : show, columns: null });
  }

  #sortBy(sort) {
    const next = sort === 'time' && this.sort === 'time' ? 'oldest' : sort;
    change({ sort: next === 'time' ? null : next });
  }

  #select(index) {
    if (index < -1 || index >= this.items.length) {
      return;
    }
    this.selected = index;
    if (index < 0) {
      return;
    }
    const scroller = this.querySelector('.rows');
    const head = scroller.querySelector('thead')?.offsetHeight ?? 0;
    const top = index * this.rowHeight;
    if (top < scroller.scrollTop) {
      scroller.scrollTop = top;
    } else if (top + this.rowHeight + head > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = top + this.rowHeight + head - scroller.clientHeight;
    }
  }

  #scrolled() {
    const scroller = this.querySelector('.rows');
    if (!scroller) {
      return;
    }
    this.scrolled = scroller.scrollTop;
    const first = Math.max(0, Math.floor(scroller.scrollTop / this.rowHeight) - 10);
    if (Math.abs(first - this.first) >= 5 || first === 0) {
      this.first = first;
    }
    const seen = scroller.scrollTop + scroller.clientHeight;
    if (this.next && !this.busy && !this.problem && seen > (this.items.length - 30) * this.rowHeight) {
      this.#loadPage();
    }
  }

  #urlOf(item) {
    return traceUrl(item.trace_id, this.show === 'spans' ? item.span_id : null, carriedBy(parameters()));
  }

  #brush({ detail }) {
    change({ time: null, start_time: detail.start.toISOString(), end_time: detail.end.toISOString() });
  }

  render() {
    const filters = filtersOf(parameters());
    return html`<div class="list-page">
      <section class=${this.facetsOpen ? 'side open' : 'side'} aria-label="Filters">
        <lt-facets
          .query=${this.query}
          .rows=${this.items}
          ?paused=${this.busy && this.items.length === 0}
          @filter=${(event) => change(event.detail)}
        ></lt-facets>
      </section>
      <section class="found" aria-label="Results">
        <h1 class="sr">${this.show === 'spans' ? 'Spans' : 'Traces'}</h1>
        <div class="bar">
          <button
            class="pill narrow-only"
            aria-expanded=${this.facetsOpen}
            @click=${() => (this.facetsOpen = !this.facetsOpen)}
          >
            Filters
          </button>
          <lt-search-bar
            .filters=${filters}
            .query=${this.query}
            @filter=${(event) => change(event.detail)}
          ></lt-search-bar>
          <div class="switch" role="group" aria-label="Show">
            ${['traces', 'spans'].map(
              (show) =>
                html`<button aria-pressed=${this.show === show} @click=${() => this.#show(show)}>
                  ${show === 'traces' ? 'Traces' : 'Spans'}
                </button>`,
            )}
          </div>
          <button
            class=${`pill live ${this.live.on ? 'on' : ''}`}
            aria-pressed=${this.live.on}
            @click=${() => this.#toggleLive()}
            title="Live updates (l)"
          >
            Live
          </button>
          <lt-column-menu .show=${this.show}></lt-column-menu>
          <lt-export-menu
            .show=${this.show}
            .query=${this.query}
            .order=${this.sort === 'oldest' ? 'oldest_first' : 'newest_first'}
          ></lt-export-menu>
        </div>
        <lt-histogram
          .timeline=${this.timeline}
          .what=${this.show}
          .note=${this.timelineNote}
          @brush=${this.#brush}
        ></lt-histogram>
        ${this.#rows()}
        <footer class="foot">
          <span role="status">${this.#summary()}</span>
          <span class="wide-only"
            ><kbd>j</kbd> <kbd>k</kbd> move &nbsp;<kbd>↵</kbd> open &nbsp;<kbd>/</kbd> search &nbsp;<kbd>?</kbd>
            shortcuts</span
          >
        </footer>
      </section>
    </div>`;
  }

  #summary() {
    const what = this.show === 'spans' ? 'span' : 'trace';
    const parts = [];
    if (this.items.length > 0) {
      const of = this.matching ? ` of ${this.matching.more ? 'more than ' : ''}${count(this.matching.items)}` : '';
      parts.push(
        this.next ? `${count(this.items.length)}${of} ${what}s loaded, more below` : plural(this.items.length, what),
      );
    }
    const { total } = this;
    if (total?.spans > 0) {
      parts.push(`${short(total.spans)} matching ${total.spans === 1 ? 'span' : 'spans'}`);
      total.errors > 0 && parts.push(plural(total.errors, 'error'));
      total.total_tokens !== undefined && parts.push(`${short(total.total_tokens)} tokens`);
      total.cost_usd !== undefined && parts.push(cost(total.cost_usd));
      total.duration_ms && parts.push(`p95 ${duration(total.duration_ms.p95)}`);
    }
    if (this.live.problem) {
      parts.push('live: cannot reach the server, retrying');
    }
    return parts.join(' · ');
  }

  #rows() {
    if (this.items.length === 0) {
      return html`<div class="rows">
        ${this.problem ? problem(this.problem, () => this.reload()) : this.stats ? this.#nothing() : loading('Loading…')}
      </div>`;
    }
    const names = chosen(this.show, parameters().get('columns'));
    const columns = names.map((name) => [name, column(this.show, name)]);
    const height = this.rowHeight;
    const visible = Math.ceil(window.innerHeight / height) + 25;
    const first = Math.min(this.first, Math.max(0, this.items.length - visible));
    const last = Math.min(this.items.length, first + visible);
    const scale = this.#scale();
    const spacer = (rows) =>
      rows > 0
        ? html`<tr class="space" aria-hidden="true">
            <td colspan=${columns.length} ${styled({ height: `${rows * height}px` })}></td>
          </tr>`
        : nothing;
    return html`<div
      class="rows"
      tabindex="0"
      role="region"
      aria-label=${this.show === 'spans' ? 'List of spans' : 'List of traces'}
      @scroll=${this.#scrolled}
    >
      <table
        class="list"
        aria-rowcount=${this.next ? -1 : this.items.length + 1}
        ${styled({ minWidth: minWidthOf(columns) })}
      >
        <colgroup>
          ${columns.map(([, each]) => html`<col ${styled({ width: each.width ? `${each.width}px` : 'auto' })} />`)}
        </colgroup>
        <thead>
          <tr aria-rowindex="1">
            ${columns.map(([, each]) => this.#head(each))}
          </tr>
        </thead>
        <tbody>
          ${spacer(first)}
          ${repeat(
            this.items.slice(first, last),
            (item) => (item.span_id ? `${item.trace_id}/${item.span_id}` : item.trace_id),
            (item, i) => this.#row(item, first + i, columns, scale),
          )}
          ${spacer(this.items.length - last)}
        </tbody>
      </table>
      ${this.problem ? problem(this.problem, () => this.#retry()) : this.busy ? loading('Loading more…') : nothing}
    </div>`;
  }

  #retry() {
    this.problem = null;
    this.#loadPage();
  }

  #scale() {
    let longest = 0;
    for (const item of this.items) {
      longest = Math.max(longest, item.duration_ms ?? 0);
    }
    return longest;
  }

  #head(each) {
    const classes = each.right ? 'r' : '';
    if (!each.sort) {
      return html`<th scope="col" class=${classes}>${each.label}</th>`;
    }
    const on = this.sort === each.sort || (each.sort === 'time' && this.sort === 'oldest');
    const up = this.sort === 'oldest';
    return html`<th scope="col" class=${classes} aria-sort=${on ? (up ? 'ascending' : 'descending') : 'none'}>
      <button class=${on ? 'sort on' : 'sort'} @click=${() => this.#sortBy(each.sort)}>
        ${each.label}<span aria-hidden="true">${on ? (up ? ' ↑' : ' ↓') : ''}</span>
      </button>
    </th>`;
  }

  #row(item, index, columns, scale) {
    const classes = ['row', index === this.selected ? 'sel' : '', this.fresh.has(item.trace_id) ? 'fresh' : ''].join(
      ' ',
    );
    return html`<tr
      class=${classes}
      aria-rowindex=${index + 2}
      aria-selected=${index === this.selected ? 'true' : nothing}
      @click=${(event) => this.#click(event, item, index)}
    >
      ${columns.map(
        ([name, each]) =>
          html`<td class=${`c-${name} ${each.right ? 'r' : ''}`}>
            ${name === 'name' ? html`<a href=${this.#urlOf(item)}>${each.cell(item, scale)}</a>` : each.cell(item, scale)}
          </td>`,
      )}
    </tr>`;
  }

  #click(event, item, index) {
    this.selected = index;
    const selecting = getSelection().toString() !== '';
    if (!event.defaultPrevented && !selecting && !event.target.closest('a')) {
      if (event.metaKey || event.ctrlKey) {
        window.open(this.#urlOf(item), '_blank', 'noopener');
      } else {
        go(this.#urlOf(item));
      }
    }
  }

  #nothing() {
    if (this.stats.total_traces === 0) {
      return html`<div class="state">
        <h2>No traces yet</h2>
        <p>Send traces with any OpenTelemetry SDK, or generate some with the demo:</p>
        <pre tabindex="0">
OTEL_EXPORTER_OTLP_ENDPOINT=${location.origin + ROOT.slice(0, -1)} OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf …

./llmtrace demo</pre>
        <p>Traces appear here as they arrive. See also the <a href=${urlOf('/docs')}>API reference</a>.</p>
      </div>`;
    }
    const filters = Object.keys(filtersOf(parameters()));
    const { start, end } = timeOf(parameters());
    const newest = this.stats.newest_trace;
    const allTime = () => change({ time: 'all', start_time: null, end_time: null });
    const unfiltered = () => change(Object.fromEntries(filters.map((name) => [name, null])));
    const inTime = start || end ? ' in this time range' : '';
    return html`<div class="state">
      <h2>No ${this.show} ${filters.length > 0 ? 'match these filters' : `found${inTime}`}</h2>
      <p>
        The store holds ${plural(this.stats.total_traces, 'trace')}${newest ? `, the latest from ${ago(newest)}` : ''}.
      </p>
      <p>
        ${inTime ? html`<button class="pill" @click=${allTime}>Show all time</button>` : nothing}
        ${filters.length > 0 ? html`<button class="pill" @click=${unfiltered}>Clear filters</button>` : nothing}
      </p>
    </div>`;
  }
}

const minWidthOf = (columns) =>
  PHONE.matches ? 'auto' : `${columns.reduce((sum, [, each]) => sum + (each.width || 240), 0)}px`;

/** Returns a key that is equal for URLs that show the same list, whatever their columns. */
function keyOf(parameters) {
  const { name, start, end } = timeOf(parameters);
  return JSON.stringify([
    parameters.get('show') ?? 'traces',
    parameters.get('sort') ?? 'time',
    filtersOf(parameters),
    name ?? timeParameters({ start, end }),
  ]);
}

customElements.define('lt-list-page', ListPage);
