import { html, nothing } from 'lit';
import { View } from '../view.js';
import { Keys } from '../keys.js';
import { change, changes, go, parameters, path, traceUrl, urlOf } from '../location.js';
import * as api from '../api.js';
import { copyButton } from '../copy.js';
import { ABSENT, cost, count, duration, fullTime, hexId, plural, short, time, traceName } from '../format.js';
import { loading, problem } from '../states.js';
import { carriedBy, filtersOf, searchOf, timeOf, timeParameters } from '../query.js';
import { lastList } from '../list/state.js';
import { buildTree, previousCall } from './tree.js';
import { searchFor } from './words.js';
import './actions.js';
import './waterfall.js';
import './span-detail.js';

/** Spans that pass the filters of the list, and are marked in the tree. */
const MOST_HITS = 1000;

/**
 * One trace. The outlines of its spans are loaded in pages, prompt and response when a span is selected. To list the
 * actions, the server has to read all spans in full: for a small trace the page loads them right away, to show their
 * number, for a large one when they are opened.
 */
class TracePage extends View {
  static properties = {
    summary: { state: true },
    tree: { state: true },
    problem: { state: true },
    busy: { state: true },
    actions: { state: true },
    actionsProblem: { state: true },
    hits: { state: true },
  };

  constructor() {
    super();
    this.moved = () => this.#moved();
    new Keys(this, {
      j: () => this.#rows?.move(1),
      k: () => this.#rows?.move(-1),
      ArrowDown: () => this.#rows?.move(1),
      ArrowUp: () => this.#rows?.move(-1),
      PageDown: () => this.#rows?.move(15),
      PageUp: () => this.#rows?.move(-15),
      Home: () => this.#rows?.move(-Infinity),
      End: () => this.#rows?.move(Infinity),
      ArrowLeft: () => this.#waterfall?.fold(true),
      ArrowRight: () => this.#waterfall?.fold(false),
      e: () => this.#nextOf(this.tree?.errors),
      f: () => this.#nextOf(this.tree?.findings),
      m: () => this.#nextOf(this.#hitNodes),
      '[': () => this.#beside(-1),
      ']': () => this.#beside(1),
      a: () => this.tree?.acts && this.#show(this.#showsActions ? 'spans' : 'actions'),
      '/': () => this.querySelector('.tree-bar input')?.focus(),
      Escape: () => go(lastList.url),
    });
  }

  connectedCallback() {
    super.connectedCallback();
    changes.addEventListener('change', this.moved);
    this.#moved();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    changes.removeEventListener('change', this.moved);
    this.running?.abort();
  }

  get #waterfall() {
    return this.querySelector('lt-waterfall');
  }

  get #rows() {
    return this.querySelector('lt-waterfall, lt-actions');
  }

  get #showsActions() {
    return this.tree?.acts && parameters().get('show') === 'actions';
  }

  #show(what) {
    change({ show: what === 'spans' ? null : what }, { replace: true });
  }

  #moved() {
    if (!path().startsWith('/traces/')) {
      return;
    }
    const id = decodeURIComponent(path().slice('/traces/'.length));
    if (id !== this.traceId) {
      this.traceId = id;
      this.#load();
    }
    this.requestUpdate();
  }

  async #load() {
    this.running?.abort();
    this.running = new AbortController();
    const { signal } = this.running;
    this.summary = null;
    this.tree = null;
    this.problem = null;
    this.actions = null;
    this.actionsProblem = null;
    this.hits = null;
    this.reading = false;
    this.busy = true;
    document.title = 'Trace · llmtrace';
    const spans = [];
    this.#findHits(signal);
    try {
      const summary = api.traceSummary(this.traceId, signal).then((found) => {
        this.summary = found;
        document.title = `${found?.name ?? 'Trace'} · llmtrace`;
        return found;
      });
      summary.catch(() => {}); // handled below, where it is awaited
      await api.spansOfTrace(
        this.traceId,
        (page) => {
          spans.push(...page);
          this.tree = spans.length > 0 ? buildTree(spans) : null;
        },
        signal,
      );
      if (!(await summary) && spans.length === 0) {
        throw new api.Problem(
          404,
          'Trace not found',
          `No trace has the ID ${this.traceId}. It may have been deleted, or may not have arrived yet.`,
        );
      }
      this.busy = false;
      if (this.tree?.acts && spans.length <= api.FIRST_PAGE) {
        this.#readActions();
      }
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.problem = failure;
        this.busy = false;
      }
    }
  }

  /** Finds the spans that pass the filters of the list that led here, and the words that it searched for. */
  async #findHits(signal) {
    const filters = filtersOf(parameters());
    delete filters.trace_id;
    searchFor([]);
    if (Object.keys(filters).length === 0) {
      this.hits = [];
      return;
    }
    const times = parameters().get('start_time') || parameters().get('end_time') ? timeOf(parameters()) : {};
    const query = {
      ...filters,
      ...timeParameters(times),
      trace_id: this.traceId,
      order: 'oldest_first',
      limit: MOST_HITS,
    };
    const search = searchOf(filters);
    const [words, found] = await Promise.all([
      search ? api.wordsIn(search, signal).catch(() => []) : [],
      // Without an answer, the trace is shown all the same.
      api.spans(query, signal).catch(() => ({ data: [] })),
    ]);
    if (!signal.aborted) {
      searchFor(words);
      this.hits = found.data.map((span) => span.span_id);
    }
  }

  get #hitNodes() {
    return (this.hits ?? []).map((id) => this.tree?.nodes.get(id)).filter(Boolean);
  }

  async #readActions() {
    this.reading = true;
    this.actionsProblem = null;
    const { signal } = this.running;
    try {
      const { data } = await api.actionsOfTrace(this.traceId, signal);
      this.actions = data;
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.actionsProblem = failure;
      }
    }
  }

  willUpdate() {
    if (this.#showsActions && !this.reading && !this.busy) {
      this.#readActions();
    }
  }

  get #chosen() {
    if (this.hits === null) {
      return null; // rather than one that is shown for a moment only
    }
    const wanted = this.tree?.nodes.get(parameters().get('span'));
    const [hit] = this.#hitNodes;
    // A hit that has not been loaded yet is worth waiting for.
    return wanted ?? hit ?? (this.busy && this.hits.length > 0 ? null : (this.tree?.roots[0] ?? null));
  }

  #choose(id) {
    change({ span: id }, { replace: true });
  }

  #nextOf(nodes) {
    if (!nodes?.length) {
      return;
    }
    const at = nodes.indexOf(this.#chosen);
    this.#choose(nodes[(at + 1) % nodes.length].id);
  }

  #beside(step) {
    const id = lastList.neighbour(this.traceId, step);
    id && go(traceUrl(id, null, carriedBy(parameters())), { replace: true });
  }

  render() {
    const chosen = this.#chosen;
    return html`<div class="trace-page">
      ${this.#head()}
      ${
        this.problem && !this.tree
          ? problem(this.problem, () => this.#load())
          : !this.tree
            ? this.busy
              ? loading('Loading trace…')
              : html`<div class="state">
                  <h2>This trace has no spans</h2>
                  <p>They may not have arrived yet.</p>
                </div>`
            : html`${this.#totals()}
                <div class="split">
                  <div class="tree">
                    ${this.#switch()} ${this.#showsActions ? this.#actionList(chosen) : this.#spanTree(chosen)}
                    ${this.busy ? html`<p class="dim tree-none" role="status">Loading more spans…</p>` : nothing}
                    ${this.problem ? html`<p class="tree-none error-text" role="alert">Some spans could not be loaded: ${this.problem.message}</p>` : nothing}
                  </div>
                  <lt-span-detail
                    .outline=${chosen?.span}
                    .previous=${chosen && previousCall(this.tree, chosen)?.span}
                    @choose=${({ detail }) => this.#choose(detail.id)}
                  ></lt-span-detail>
                </div>`
      }
    </div>`;
  }

  #head() {
    const newer = lastList.neighbour(this.traceId, -1);
    const older = lastList.neighbour(this.traceId, 1);
    const step = (id, label) =>
      id
        ? html`<a class="pill" href=${traceUrl(id, null, carriedBy(parameters()))}>${label}</a>`
        : html`<span class="pill wide-only" aria-hidden="true">${label}</span>`;
    return html`<div class="trace-head">
      <a href=${lastList.url}>Traces</a><span class="faint" aria-hidden="true">/</span>
      <h1>${traceName(this.summary) || this.tree?.roots[0]?.span.operation_name || 'Trace'}</h1>
      <span class="mono dim id">${hexId(this.traceId)}</span>
      <span class="grow"></span>
      ${newer || older ? html`${step(newer, '← Newer')} ${step(older, 'Older →')}` : nothing}
      ${copyButton('Copy JSON', () => fetch(api.traceApiUrl(this.traceId)).then((answer) => answer.text()))}
      ${copyButton('Copy curl', () => `curl -s '${api.traceApiUrl(this.traceId)}'`)}
      ${copyButton('Copy link', () => location.href)}
    </div>`;
  }

  #switch() {
    if (!this.tree.acts) {
      return nothing;
    }
    const button = (what, label) =>
      html`<button aria-pressed=${(what === 'actions') === this.#showsActions} @click=${() => this.#show(what)}>
        ${label}
      </button>`;
    return html`<div class="tree-switch">
      <div class="switch" role="group" aria-label="Show">
        ${button('spans', 'Spans')}
        ${button('actions', this.actions ? `Actions ${count(this.actions.length)}` : 'Actions')}
      </div>
    </div>`;
  }

  #spanTree(chosen) {
    return html`<lt-waterfall
      .tree=${this.tree}
      .chosen=${chosen?.id}
      .hits=${this.hits}
      @choose=${({ detail }) => this.#choose(detail.id)}
    ></lt-waterfall>`;
  }

  #actionList(chosen) {
    if (this.actionsProblem) {
      return problem(this.actionsProblem, () => this.#readActions());
    }
    return this.actions
      ? html`<lt-actions
          .actions=${this.actions}
          .start=${this.tree.start}
          .chosen=${chosen?.id}
          @choose=${({ detail }) => this.#choose(detail.id)}
        ></lt-actions>`
      : loading('Loading actions…');
  }

  #totals() {
    const s = this.summary;
    if (!s) {
      return html`<dl class="sum" aria-busy="true"></dl>`;
    }
    const entry = (label, value) =>
      html`<div>
        <dt>${label}</dt>
        <dd>${value}</dd>
      </div>`;
    const find = (name, value) => html`<a href=${urlOf('/', { [name]: value, time: 'all' })}>${value}</a>`;
    return html`<dl class="sum">
      ${entry('Started', html`<span title=${fullTime(s.start_time)}>${time(s.start_time)}</span>`)}
      ${entry('Duration', duration(s.duration_ms))} ${entry('Spans', count(s.span_count))}
      ${entry('Model calls', count(s.llm_call_count))}
      ${entry(
        'Tokens',
        s.total_tokens === undefined
          ? ABSENT
          : html`${count(s.total_tokens)}
              <small>${short(s.prompt_tokens)} in, ${short(s.completion_tokens)} out</small>`,
      )}
      ${entry('Cost', cost(s.estimated_cost_usd))}
      ${
        this.hits?.length > 0
          ? entry(
              'Found',
              html`<button class="link" @click=${() => this.#nextOf(this.#hitNodes)} title="Next span found (m)">
                ${this.hits.length < MOST_HITS ? plural(this.hits.length, 'span') : `${count(MOST_HITS)} spans or more`}
              </button>`,
            )
          : nothing
      }
      ${
        s.error_count > 0
          ? entry(
              'Errors',
              html`<button class="link error-text" @click=${() => this.#nextOf(this.tree?.errors)}>
                ${plural(s.error_count, 'span')}
              </button>`,
            )
          : nothing
      }
      ${
        s.security_score > 0
          ? entry(
              'Security',
              html`<button class="link warn-text" @click=${() => this.#nextOf(this.tree?.findings)}>
                ${s.security_score} · ${plural(s.finding_count, 'finding')}
              </button>`,
            )
          : nothing
      }
      ${s.session_id ? entry('Session', html`<a href=${urlOf('/sessions', { id: s.session_id })}>${s.session_id}</a>`) : nothing}
      ${s.user_id ? entry('User', find('user_id', s.user_id)) : nothing}
      ${s.service_name ? entry('Service', find('service_name', s.service_name)) : nothing}
    </dl>`;
  }
}

customElements.define('lt-trace-page', TracePage);
