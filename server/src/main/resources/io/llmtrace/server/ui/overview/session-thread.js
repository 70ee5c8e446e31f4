import { html, nothing } from 'lit';
import { View } from '../view.js';
import * as api from '../api.js';
import { traceUrl, urlOf } from '../location.js';
import { cost, duration, fullTime, plural, short, time } from '../format.js';
import { loading, problem } from '../states.js';
import { chatOf, inputOf } from '../trace/chat.js';
import '../trace/chat-view.js';
import '../trace/json-view.js';

const PAGE = 50;

/** A conversation: of each trace of a session what the user said and what came back, the earliest first. */
class SessionThread extends View {
  static properties = { session: {}, turns: { state: true }, next: { state: true }, problem: { state: true } };

  willUpdate(changed) {
    if (changed.has('session')) {
      this.running?.abort();
      this.running = new AbortController();
      this.turns = [];
      this.next = undefined;
      this.#load();
    }
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
  }

  async #load() {
    const { signal } = this.running;
    this.problem = null;
    try {
      const page = await api.traces(
        { session_id: this.session, order: 'oldest_first', limit: PAGE, ...(this.next && { cursor: this.next }) },
        signal,
      );
      this.turns = [...this.turns, ...page.data];
      this.next = page.next_cursor ?? null;
      document.title = `${this.session} · llmtrace`;
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.problem = failure;
      }
    }
  }

  render() {
    const sum = (name) => this.turns.reduce((total, turn) => total + (turn[name] ?? 0), 0);
    const users = [...new Set(this.turns.map((turn) => turn.user_id).filter(Boolean))];
    return html`<div class="overview thread">
      <div class="overview-head">
        <a href="/sessions">Sessions</a><span class="faint" aria-hidden="true">/</span>
        <h1><bdi>${this.session}</bdi></h1>
        <span class="dim">${users.join(', ')}</span><span class="grow"></span>
        <a class="pill" href=${urlOf('/', { session_id: this.session, time: 'all' })}>As a list</a>
      </div>
      ${this.turns.length > 0
        ? html`<p class="dim">
            ${plural(this.turns.length, 'trace')}${this.next ? ' so far' : ''} · ${short(sum('total_tokens'))} tokens · ${cost(sum('estimated_cost_usd'))}${sum('error_count') > 0 ? html` · <span class="error-text">${plural(sum('error_count'), 'error')}</span>` : nothing}
          </p>`
        : nothing}
      ${this.turns.map((turn) => html`<lt-turn .summary=${turn}></lt-turn>`)}
      ${this.problem
        ? problem(this.problem, () => this.#load())
        : this.next
          ? html`<p class="wait"><button class="pill" @click=${() => this.#load()}>Later ones</button></p>`
          : this.next === undefined
            ? loading('Reading the session …')
            : this.turns.length === 0
              ? html`<div class="state"><h2>No traces in this session</h2><p>None has the id ${this.session}, or they were deleted.</p></div>`
              : nothing}
    </div>`;
  }
}

customElements.define('lt-session-thread', SessionThread);

/** One trace of it. Its first words come with the list; the whole text when it comes into view. */
class Turn extends View {
  static properties = { summary: { attribute: false }, messages: { state: true } };

  connectedCallback() {
    super.connectedCallback();
    this.running = new AbortController();
    this.watcher = new IntersectionObserver(([entry]) => {
      if (entry.isIntersecting) {
        this.watcher.disconnect();
        this.#load();
      }
    });
    this.watcher.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.watcher.disconnect();
    this.running.abort();
  }

  async #load() {
    const { signal } = this.running;
    const { trace_id: traceId } = this.summary;
    try {
      const { data } = await api.spans({ trace_id: traceId, order: 'oldest_first', limit: 200 }, signal);
      const speaks = (span) => span.input_preview || span.output_preview;
      const outline =
        data.find((span) => !span.parent_span_id && span.output_preview) ??
        data.findLast((span) => span.kind === 'llm' && span.output_preview) ??
        data.find(speaks);
      if (!outline) {
        return;
      }
      const chat = chatOf(await api.span(traceId, outline.span_id, signal));
      const said = inputOf(chat).findLast((message) => /user|human|input/.test(message.role)) ?? inputOf(chat).at(-1);
      this.messages = [said, ...chat.output].filter(Boolean);
    } catch {
      // The first words stay.
    }
  }

  #first() {
    const { input_preview: input, output_preview: output } = this.summary;
    const message = (role, text) => ({ role, parts: [{ type: 'text', text }] });
    return [input && message('user', input), output && message('assistant', output)].filter(Boolean);
  }

  render() {
    const { summary } = this;
    return html`<article class="turn" aria-label=${`Trace ${summary.name ?? ''}, ${time(summary.start_time)}`}>
      <header>
        <span class="mono dim" title=${fullTime(summary.start_time)}>${time(summary.start_time)}</span>
        <a href=${traceUrl(summary.trace_id)}>${summary.name || summary.trace_id}</a>
        <span class="dim">${duration(summary.duration_ms)} · ${short(summary.total_tokens)} tokens · ${cost(summary.estimated_cost_usd)}</span>
        ${summary.error_count > 0 ? html`<span class="tag err">${plural(summary.error_count, 'error')}</span>` : nothing}
        ${summary.security_score >= 60 ? html`<span class="tag sec">security ${summary.security_score}</span>` : nothing}
      </header>
      <lt-chat .messages=${this.messages ?? this.#first()}></lt-chat>
    </article>`;
  }
}

customElements.define('lt-turn', Turn);
