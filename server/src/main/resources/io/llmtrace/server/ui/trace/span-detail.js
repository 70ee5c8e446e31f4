import { html, nothing } from 'lit';
import { View } from '../view.js';
import * as api from '../api.js';
import { copyButton } from '../copy.js';
import { ABSENT, cost, count, duration, fullTime, plural, time } from '../format.js';
import { loading, problem } from '../states.js';
import { TEXT_FIELDS } from '../fields.js';
import { chatOf, difference, inputOf } from './chat.js';
import { highlightsOf } from './findings.js';
import { value } from './chat-view.js';
import { withMarks } from './words.js';
import './json-view.js';

const KEPT = 8;

/** Fields that the heading and the tabs of a span do not show. */
const OTHER_FIELDS = TEXT_FIELDS.filter(
  ({ name }) =>
    !['operation_name', 'kind', 'provider', 'model_name', 'finish_reason', 'trace_id', 'error_message'].includes(
      name,
    ) && !['prompt', 'response', 'service_name', 'session_id', 'user_id'].includes(name),
);

/** One span, loaded in full when it is selected. The last few are cached for moving back and forth. */
class SpanDetail extends View {
  static properties = {
    outline: { attribute: false },
    previous: { attribute: false },
    span: { state: true },
    before: { state: true },
    problem: { state: true },
    tab: { state: true },
  };

  constructor() {
    super();
    this.cache = new Map();
    this.tab = 'messages';
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
  }

  willUpdate(changed) {
    if (changed.has('outline')) {
      const was = changed.get('outline');
      if (was?.span_id !== this.outline?.span_id || was?.trace_id !== this.outline?.trace_id) {
        this.#load();
      }
    }
  }

  updated(changed) {
    if (changed.has('span') && this.span) {
      // Once the components below have rendered, too.
      setTimeout(() => this.querySelector('[role=tabpanel] mark.word')?.scrollIntoView({ block: 'nearest' }));
    }
  }

  async #read(outline, signal) {
    const key = `${outline.trace_id}/${outline.span_id}`;
    const known = this.cache.get(key);
    const span = known ?? (await api.span(outline.trace_id, outline.span_id, signal));
    this.cache.delete(key);
    this.cache.set(key, span);
    if (this.cache.size > KEPT) {
      this.cache.delete(this.cache.keys().next().value);
    }
    return span;
  }

  async #load() {
    this.running?.abort();
    this.span = null;
    this.before = null;
    this.problem = null;
    if (!this.outline) {
      return;
    }
    this.running = new AbortController();
    const { signal } = this.running;
    try {
      // Moving through the tree by keys does not load every span on the way.
      if (!this.cache.has(`${this.outline.trace_id}/${this.outline.span_id}`)) {
        await new Promise((resolve) => setTimeout(resolve, 60));
      }
      if (signal.aborted) {
        return;
      }
      const span = await this.#read(this.outline, signal);
      if (signal.aborted) {
        return;
      }
      this.chat = chatOf(span);
      this.highlights = highlightsOf(span.security_findings ?? [], this.chat);
      this.span = span;
      if (!this.#tabs().some(([name]) => name === this.tab)) {
        this.tab = 'messages';
      }
      if (this.tab === 'added') {
        this.#loadBefore();
      }
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.problem = failure;
      }
    }
  }

  async #loadBefore() {
    if (this.before || !this.previous) {
      return;
    }
    const { signal } = this.running;
    try {
      const before = await this.#read(this.previous, signal);
      if (!signal.aborted) {
        this.before = { span: before, chat: chatOf(before) };
      }
    } catch (failure) {
      if (failure.name !== 'AbortError') {
        this.before = { problem: failure };
      }
    }
  }

  #tabs() {
    const { span } = this;
    return [
      ['messages', 'Messages'],
      this.previous && ['added', 'Added since previous call'],
      span.agent_actions?.length && ['actions', `Actions ${count(span.agent_actions.length)}`],
      span.events?.length && ['events', `Events ${count(span.events.length)}`],
      [
        'attributes',
        `Attributes ${count(Object.keys(span.attributes ?? {}).length + Object.keys(span.tags ?? {}).length)}`,
      ],
      ['raw', 'Raw'],
    ].filter(Boolean);
  }

  #open(tab) {
    this.tab = tab;
    if (tab === 'added') {
      this.#loadBefore();
    }
  }

  #tabKeys(event) {
    const names = this.#tabs().map(([name]) => name);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) {
      event.preventDefault();
      event.stopPropagation();
      this.#open(names[(names.indexOf(this.tab) + step + names.length) % names.length]);
      this.updateComplete.then(() => this.querySelector('[role=tab][aria-selected=true]').focus());
    }
  }

  render() {
    const { outline } = this;
    if (!outline) {
      return html`<div class="det"></div>`;
    }
    return html`<section class="det" tabindex="0" aria-label="Span">
      <div class="det-head">
        <h2>
          <i class=${`kind ${outline.kind}`} aria-hidden="true"></i>${withMarks(outline.operation_name || '(unnamed)')}
        </h2>
        <span class="grow"></span>
        ${
          this.span
            ? html`${copyButton('Copy JSON', () => JSON.stringify(stored(this.span), null, 2))}
              ${copyButton('Copy curl', () => `curl -s '${api.spanUrl(outline.trace_id, outline.span_id)}'`)}`
            : nothing
        }
      </div>
      ${this.#meta(outline)}
      ${this.problem ? problem(this.problem, () => this.#load()) : this.span ? this.#content() : loading('Loading span…')}
    </section>`;
  }

  #meta(o) {
    const cached = o.cache_read_tokens ? ` (${count(o.cache_read_tokens)} cached)` : '';
    const reasoning = o.reasoning_tokens ? ` (${count(o.reasoning_tokens)} reasoning)` : '';
    const tokens =
      o.prompt_tokens !== undefined || o.completion_tokens !== undefined
        ? `${count(o.prompt_tokens)} in${cached}, ${count(o.completion_tokens)} out${reasoning}`
        : o.total_tokens !== undefined
          ? `${count(o.total_tokens)} tokens`
          : null;
    const facts = [
      o.kind,
      [o.provider, o.model_name].filter(Boolean).join(' · '),
      html`<span title=${fullTime(o.start_time)}>${time(o.start_time)}</span>`,
      `${duration(o.duration_ms)}${o.time_to_first_token_ms === undefined ? '' : `, first token ${duration(o.time_to_first_token_ms)}`}`,
      tokens,
      o.estimated_cost_usd === undefined ? null : cost(o.estimated_cost_usd),
      o.finish_reason,
      o.status_code ? `status ${o.status_code}` : null,
      html`<span class="mono">${o.span_id}</span>`,
    ].filter(Boolean);
    return html`<p class="meta">${facts.map((fact, i) => html`${i > 0 ? ' · ' : ''}${fact}`)}</p>`;
  }

  #content() {
    const { span } = this;
    const tabs = this.#tabs();
    return html`${
        span.error_message !== undefined || this.outline.status === 'error'
          ? html`<div class="notice err" role="note">
              <b>Failed${span.status_code ? `, status ${span.status_code}` : ''}</b>
              <lt-text .text=${span.error_message || 'no error message'} plain></lt-text>
            </div>`
          : nothing
      }
      ${this.#findings(span.security_findings ?? [])} ${this.#settings(span)}
      <div class="tabs" role="tablist" aria-label="Span details" @keydown=${this.#tabKeys}>
        ${tabs.map(
          ([name, label]) =>
            html`<button
              role="tab"
              id=${`tab-${name}`}
              aria-controls="tab-panel"
              aria-selected=${name === this.tab}
              tabindex=${name === this.tab ? 0 : -1}
              @click=${() => this.#open(name)}
            >
              ${label}
            </button>`,
        )}
      </div>
      <div role="tabpanel" id="tab-panel" aria-labelledby=${`tab-${this.tab}`}>${this.#panel()}</div>`;
  }

  #panel() {
    switch (this.tab) {
      case 'added':
        return this.#added();
      case 'actions':
        return this.span.agent_actions.map((action) => this.#action(action));
      case 'events':
        return this.span.events.map((event) => this.#event(event));
      case 'attributes':
        return this.#attributes();
      case 'raw':
        return html`<lt-json .value=${stored(this.span)} open></lt-json>`;
      default:
        return this.#messages();
    }
  }

  #messages() {
    const { chat, span } = this;
    const input = inputOf(chat);
    if (input.length === 0 && chat.output.length === 0) {
      return html`<p class="dim none">No prompt or response was recorded for this span.</p>`;
    }
    return html`${
        chat.tools.length > 0
          ? html`<details class="part tools">
              <summary>${plural(chat.tools.length, 'available tool')}</summary>
              <lt-json .value=${chat.tools} open></lt-json>
            </details>`
          : nothing
      }
      <lt-chat .messages=${input} .highlights=${this.highlights}></lt-chat>
      ${chat.output.length > 0 ? html`<h3 class="part-title">${span.kind === 'llm' ? 'Response' : 'Output'}</h3>` : nothing}
      <lt-chat .messages=${chat.output} .highlights=${this.highlights}></lt-chat>`;
  }

  #added() {
    if (!this.before) {
      return loading('Loading previous call…');
    }
    if (this.before.problem) {
      return problem(this.before.problem, () => ((this.before = null), this.#loadBefore()));
    }
    const { kept, dropped, added } = difference(inputOf(this.before.chat), inputOf(this.chat));
    const link = html`<button class="link" @click=${() => this.tell('choose', { id: this.previous.span_id })}>
      the previous call
    </button>`;
    return html`<p class="dim none">
        ${kept > 0 ? `${plural(kept, 'message')} unchanged from` : 'No messages in common with'}
        ${link}${added.length > 0 ? `, ${count(added.length)} added:` : ', none added.'}
      </p>
      ${
        dropped.length > 0
          ? html`<details class="part">
              <summary>${plural(dropped.length, 'message')} of the previous call dropped</summary>
              <div class="dropped"><lt-chat .messages=${dropped}></lt-chat></div>
            </details>`
          : nothing
      }
      <div class="added"><lt-chat .messages=${added} .highlights=${this.highlights}></lt-chat></div>`;
  }

  #findings(findings) {
    if (findings.length === 0) {
      return nothing;
    }
    const order = ['Critical', 'High', 'Medium', 'Low', 'Info'];
    const sorted = [...findings].sort((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity));
    return html`<ul class="notice sec" aria-label="Security findings">
      ${sorted.map(
        (finding) =>
          html`<li>
            <b>${finding.finding_type.replaceAll('_', ' ')}</b> · ${finding.severity} ·
            ${Math.round(finding.confidence_score * 100)}%
            ${finding.description ? html`· <bdi>${withMarks(finding.description)}</bdi>` : nothing}
            ${finding.location ? html`<code>${finding.location}</code>` : nothing}
            ${Object.entries(finding.metadata ?? {}).map(([key, text]) => html`<span class="dim meta-pair">${key} <bdi>${text}</bdi></span>`)}
          </li>`,
      )}
    </ul>`;
  }

  #settings(span) {
    const settings = [
      ...OTHER_FIELDS.map((field) => [field.label.toLowerCase(), span[field.name]]),
      ...Object.entries(span.request_settings ?? {}).map(([name, setting]) => [name.replaceAll('_', ' '), setting]),
    ].filter(([, setting]) => setting !== undefined);
    if (settings.length === 0) {
      return nothing;
    }
    return html`<dl class="settings">
      ${settings.map(
        ([name, setting]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${typeof setting === 'object' ? JSON.stringify(setting) : String(setting)}</dd>
          </div>`,
      )}
    </dl>`;
  }

  #action(action) {
    const facts = [
      action.action_type.replaceAll('_', ' '),
      duration(action.duration_ms),
      action.http_method || action.http_status
        ? `${action.http_method ?? ''} ${action.http_status ?? ''}`.trim()
        : null,
      action.exit_code === undefined ? null : `exit code ${action.exit_code}`,
      action.file_operation,
    ].filter((fact) => fact && fact !== ABSENT);
    return html`<article class="msg tool">
      <header>
        <span class="role"><code>${action.name}</code></span
        ><span>${facts.join(' · ')}</span
        ><span class="grow"></span
        >${action.success ? html`<span class="ok-text">ok</span>` : html`<span class="tag err">failed</span>`}
      </header>
      <div class="body">
        ${
          action.arguments
            ? html`<h4>Arguments</h4>
                ${value(action.arguments)}`
            : nothing
        }
        ${
          action.result
            ? html`<h4>Result</h4>
                ${value(action.result)}`
            : nothing
        }
        ${
          Object.keys(action.metadata ?? {}).length
            ? html`<h4>Metadata</h4>
                <lt-json .value=${action.metadata} open></lt-json>`
            : nothing
        }
      </div>
    </article>`;
  }

  #event(event) {
    return html`<article class="msg">
      <header>
        <span class="role">${event.event_type}</span><span class="grow"></span
        ><span title=${fullTime(event.timestamp)}>${time(event.timestamp)}</span>
      </header>
      ${
        event.description || event.data !== undefined
          ? html`<div class="body">
              ${event.description ? html`<lt-text .text=${event.description} plain></lt-text>` : nothing}
              ${event.data === undefined ? nothing : html`<lt-json .value=${event.data} open></lt-json>`}
            </div>`
          : nothing
      }
    </article>`;
  }

  #attributes() {
    const { tags = {}, attributes = {} } = this.span;
    const tagNames = Object.keys(tags);
    const listed =
      Object.keys(attributes).length > 0
        ? html`<lt-json .value=${attributes} open></lt-json>`
        : html`<p class="dim none">No attributes other than the fields above.</p>`;
    return html`${
        tagNames.length > 0
          ? html`<h3 class="part-title">Tags</h3>
              <table class="pairs">
                <tbody>
                  ${tagNames.map(
                    (key) =>
                      html`<tr>
                        <th scope="row">${key}</th>
                        <td><bdi>${tags[key]}</bdi></td>
                      </tr>`,
                  )}
                </tbody>
              </table>`
          : nothing
      }
      <h3 class="part-title">Attributes</h3>
      ${listed}`;
  }
}

/** Returns the span as it is stored, without what the server derives for this page. */
function stored({ chat, usage, ...span }) {
  return span;
}

customElements.define('lt-span-detail', SpanDetail);
