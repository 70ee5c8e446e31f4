import { html, nothing } from 'lit';
import { View } from '../view.js';
import * as api from '../api.js';
import { traceUrl, urlOf } from '../location.js';
import { cost, duration, fullTime, plural, short, time, traceName } from '../format.js';
import { loading, problem } from '../states.js';
import { chatOf, inputOf } from '../trace/chat.js';
import '../trace/chat-view.js';
import '../trace/json-view.js';

const PAGE = 50;

/** A session as a conversation: what the user said in each trace and what came back, earliest first. */
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
    const errors = sum('error_count');
    const users = [...new Set(this.turns.map((turn) => turn.user_id).filter(Boolean))];
    return html`<div class="overview thread">
      <div class="overview-head">
        <a href=${urlOf('/sessions')}>Sessions</a><span class="faint" aria-hidden="true">/</span>
        <h1><bdi>${this.session}</bdi></h1>
        <span class="dim">${users.join(', ')}</span><span class="grow"></span>
        <a class="pill" href=${urlOf('/', { session_id: this.session, time: 'all' })}>View as list</a>
      </div>
      ${
        this.turns.length > 0
          ? html`<p class="dim">
              ${plural(this.turns.length, 'trace')}${this.next ? ' so far' : ''} · ${short(sum('total_tokens'))} tokens
              ·
              ${cost(sum('estimated_cost_usd'))}${errors > 0 ? html` · <span class="error-text">${plural(errors, 'error')}</span>` : nothing}
            </p>`
          : nothing
      }
      ${this.turns.map((turn) => html`<lt-turn .summary=${turn}></lt-turn>`)}
      ${
        this.problem
          ? problem(this.problem, () => this.#load())
          : this.next
            ? html`<p class="wait"><button class="pill" @click=${() => this.#load()}>Load more</button></p>`
            : this.next === undefined
              ? loading('Loading session…')
              : this.turns.length === 0
                ? html`<div class="state">
                    <h2>Session not found</h2>
                    <p>No trace has the session ID ${this.session}. Its traces may have been deleted.</p>
                  </div>`
                : nothing
      }
    </div>`;
  }
}

customElements.define('lt-session-thread', SessionThread);

/** One trace of a session. Shows the previews in its summary, and the full messages once it has scrolled into view. */
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
      const hasPreview = (span) => span.input_preview || span.output_preview;
      const outline =
        data.find((span) => !span.parent_span_id && span.output_preview) ??
        data.findLast((span) => span.kind === 'llm' && span.output_preview) ??
        data.find(hasPreview);
      if (!outline) {
        return;
      }
      const chat = chatOf(await api.span(traceId, outline.span_id, signal));
      const question =
        inputOf(chat).findLast((message) => /user|human|input/.test(message.role)) ?? inputOf(chat).at(-1);
      this.messages = [question, ...chat.output].filter(Boolean);
    } catch {
      // The previews stay visible.
    }
  }

  #previews() {
    const { input_preview: input, output_preview: output } = this.summary;
    const message = (role, text) => ({ role, parts: [{ type: 'text', text }] });
    return [input && message('user', input), output && message('assistant', output)].filter(Boolean);
  }

  render() {
    const { summary } = this;
    return html`<article class="turn" aria-label=${`Trace ${traceName(summary) ?? ''}, ${time(summary.start_time)}`}>
      <header>
        <span class="mono dim" title=${fullTime(summary.start_time)}>${time(summary.start_time)}</span>
        <a href=${traceUrl(summary.trace_id)}>${traceName(summary) || summary.trace_id}</a>
        <span class="dim"
          >${duration(summary.duration_ms)} · ${short(summary.total_tokens)} tokens ·
          ${cost(summary.estimated_cost_usd)}</span
        >
        ${summary.error_count > 0 ? html`<span class="tag err">${plural(summary.error_count, 'error')}</span>` : nothing}
        ${summary.security_score >= 60 ? html`<span class="tag sec">security ${summary.security_score}</span>` : nothing}
      </header>
      <lt-chat .messages=${this.messages ?? this.#previews()}></lt-chat>
    </article>`;
  }
}

customElements.define('lt-turn', Turn);
