import { html, nothing } from 'lit';
import { View } from '../view.js';
import { Keys } from '../keys.js';
import { change, changes, go, parameters, path, traceUrl, urlOf } from '../location.js';
import * as api from '../api.js';
import { copyButton } from '../copy.js';
import { ABSENT, cost, count, duration, fullTime, hexId, plural, short, time } from '../format.js';
import { loading, problem } from '../states.js';
import { lastList } from '../list/state.js';
import { buildTree, previousCall } from './tree.js';
import './waterfall.js';
import './span-detail.js';

/** One trace. The outlines of its spans come in pages; bodies come when a span is opened. */
class TracePage extends View {
  static properties = { summary: { state: true }, tree: { state: true }, problem: { state: true }, busy: { state: true } };

  constructor() {
    super();
    this.moved = () => this.#moved();
    new Keys(this, {
      j: () => this.#waterfall?.move(1),
      k: () => this.#waterfall?.move(-1),
      ArrowDown: () => this.#waterfall?.move(1),
      ArrowUp: () => this.#waterfall?.move(-1),
      PageDown: () => this.#waterfall?.move(15),
      PageUp: () => this.#waterfall?.move(-15),
      Home: () => this.#waterfall?.move(-Infinity),
      End: () => this.#waterfall?.move(Infinity),
      ArrowLeft: () => this.#waterfall?.fold(true),
      ArrowRight: () => this.#waterfall?.fold(false),
      e: () => this.#nextOf(this.tree?.errors),
      f: () => this.#nextOf(this.tree?.findings),
      '[': () => this.#beside(-1),
      ']': () => this.#beside(1),
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
    this.busy = true;
    document.title = 'Trace · llmtrace';
    const spans = [];
    try {
      const summary = api.traceSummary(this.traceId, signal).then((found) => {
        this.summary = found;
        document.title = `${found?.name ?? 'Trace'} · llmtrace`;
        return found;
      });
      summary.catch(() => {}); // thrown again below, where it is awaited
      await api.spansOfTrace(
        this.traceId,
        (page) => {
          spans.push(...page);
          this.tree = spans.length > 0 ? buildTree(spans) : null;
        },
        signal,
      );
      if (!(await summary) && spans.length === 0) {
        throw new api.Problem(404, 'No such trace', `Nothing is stored under ${this.traceId}. It may have been deleted, or not arrived yet.`);
      }
      this.busy = false;
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.problem = failure;
        this.busy = false;
      }
    }
  }

  get #chosen() {
    const wanted = parameters().get('span');
    return this.tree?.nodes.get(wanted) ?? this.tree?.roots[0] ?? null;
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
    id && go(traceUrl(id), { replace: true });
  }

  render() {
    const chosen = this.#chosen;
    return html`<div class="trace-page">
      ${this.#head()}
      ${this.problem && !this.tree
        ? problem(this.problem, () => this.#load())
        : !this.tree
          ? this.busy
            ? loading('Reading the trace …')
            : html`<div class="state"><h2>This trace has no spans</h2><p>They may still be on their way.</p></div>`
          : html`${this.#figures()}
              <div class="split">
                <div class="tree">
                  <lt-waterfall .tree=${this.tree} .chosen=${chosen?.id} @choose=${({ detail }) => this.#choose(detail.id)}></lt-waterfall>
                  ${this.busy ? html`<p class="dim tree-none" role="status">More spans …</p>` : nothing}
                  ${this.problem ? html`<p class="tree-none error-text" role="alert">Not all spans could be read: ${this.problem.message}</p>` : nothing}
                </div>
                <lt-span-detail
                  .outline=${chosen?.span}
                  .previous=${chosen && previousCall(this.tree, chosen)?.span}
                  @choose=${({ detail }) => this.#choose(detail.id)}
                ></lt-span-detail>
              </div>`}
    </div>`;
  }

  #head() {
    const newer = lastList.neighbour(this.traceId, -1);
    const older = lastList.neighbour(this.traceId, 1);
    const step = (id, label) =>
      id ? html`<a class="pill" href=${traceUrl(id)}>${label}</a>` : html`<span class="pill wide-only" aria-hidden="true">${label}</span>`;
    return html`<div class="trace-head">
      <a href=${lastList.url}>Traces</a><span class="faint" aria-hidden="true">/</span>
      <h1>${this.summary?.name || this.tree?.roots[0]?.span.operation_name || 'Trace'}</h1>
      <span class="mono dim id">${hexId(this.traceId)}</span>
      <span class="grow"></span>
      ${newer || older ? html`${step(newer, '← newer')} ${step(older, 'older →')}` : nothing}
      ${copyButton('Copy JSON', () => fetch(api.traceApiUrl(this.traceId)).then((answer) => answer.text()))}
      ${copyButton('Copy curl', () => `curl -s '${api.traceApiUrl(this.traceId)}'`)}
      ${copyButton('Copy link', () => location.href)}
    </div>`;
  }

  #figures() {
    const s = this.summary;
    if (!s) {
      return html`<dl class="sum" aria-busy="true"></dl>`;
    }
    const entry = (label, value) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`;
    const find = (name, value) => html`<a href=${urlOf('/', { [name]: value, time: 'all' })}>${value}</a>`;
    return html`<dl class="sum">
      ${entry('Started', html`<span title=${fullTime(s.start_time)}>${time(s.start_time)}</span>`)} ${entry('Duration', duration(s.duration_ms))}
      ${entry('Spans', count(s.span_count))} ${entry('Model calls', count(s.llm_call_count))}
      ${entry(
        'Tokens',
        s.total_tokens === undefined
          ? ABSENT
          : html`${count(s.total_tokens)} <small>${short(s.prompt_tokens)} in, ${short(s.completion_tokens)} out</small>`,
      )}
      ${entry('Cost', cost(s.estimated_cost_usd))}
      ${s.error_count > 0
        ? entry('Errors', html`<button class="link error-text" @click=${() => this.#nextOf(this.tree?.errors)}>${plural(s.error_count, 'span')}</button>`)
        : nothing}
      ${s.security_score > 0
        ? entry(
            'Security',
            html`<button class="link warn-text" @click=${() => this.#nextOf(this.tree?.findings)}>${s.security_score} · ${plural(s.finding_count, 'finding')}</button>`,
          )
        : nothing}
      ${s.session_id ? entry('Session', html`<a href=${urlOf('/sessions', { id: s.session_id })}>${s.session_id}</a>`) : nothing}
      ${s.user_id ? entry('User', find('user_id', s.user_id)) : nothing} ${s.service_name ? entry('Service', find('service_name', s.service_name)) : nothing}
    </dl>`;
  }
}

customElements.define('lt-trace-page', TracePage);
