import { html } from 'lit';
import * as api from '../api.js';
import { change, parameters, urlOf } from '../location.js';
import { ABSENT, ago, cost, count, duration, fullTime, plural, short } from '../format.js';
import { loading, missing, problem } from '../states.js';
import { OverviewPage } from './page.js';
import './session-thread.js';

const PAGE = 50;
const ORDERS = { last_time: 'Last active', spans: 'Spans', errors: 'Errors', total_tokens: 'Tokens', cost_usd: 'Cost' };

/** The sessions, latest first; with `?id=`, one session as a thread. */
class SessionsPage extends OverviewPage {
  constructor() {
    super('/sessions', 'Sessions', ['id', 'order']);
    this.rows = [];
  }

  get session() {
    return parameters().get('id');
  }

  get order() {
    const order = parameters().get('order');
    return ORDERS[order] ? order : 'last_time';
  }

  load(signal) {
    this.rows = [];
    if (this.session === null) {
      this.#page(0, signal);
    }
  }

  async #page(offset, signal) {
    const page = await this.ask('page', () =>
      api.sessions({ ...this.query, order: this.order, limit: PAGE, offset }, signal),
    );
    if (page) {
      this.rows = [...this.rows, ...page.data];
      this.requestUpdate();
    }
  }

  render() {
    if (this.session !== null) {
      return html`<lt-session-thread .session=${this.session}></lt-session-thread>`;
    }
    return html`<div class="overview">
      <div class="overview-head">
        <h1>Sessions</h1>
        ${this.chips()}
      </div>
      ${this.#list()}
    </div>`;
  }

  #list() {
    const result = this.results.page;
    if (result?.problem) {
      return result.problem.missing ? this.#find() : problem(result.problem, () => this.reload());
    }
    if (this.rows.length === 0) {
      return result
        ? html`<div class="state">
            <h2>No sessions in this time range</h2>
            <p>
              Spans with the same <code>session_id</code> form a session. OpenTelemetry calls it
              <code>gen_ai.conversation.id</code> or <code>session.id</code>.
            </p>
            <button class="pill" @click=${() => change({ time: 'all', start_time: null, end_time: null })}>
              Show all time
            </button>
          </div>`
        : loading('Loading sessions…');
    }
    const head = (name, classes = '') =>
      html`<th scope="col" class=${classes} aria-sort=${this.order === name ? 'descending' : 'none'}>
        <button
          class=${this.order === name ? 'sort on' : 'sort'}
          @click=${() => change({ order: name === 'last_time' ? null : name })}
        >
          ${ORDERS[name]}<span aria-hidden="true">${this.order === name ? ' ↓' : ''}</span>
        </button>
      </th>`;
    return html`<div class="scroll" tabindex="0" role="group" aria-label="List of sessions">
        <table class="data-table wide">
          <thead>
            <tr>
              <th scope="col">Session</th>
              <th scope="col">User</th>
              ${head('last_time')}
              <th scope="col" class="r">Duration</th>
              <th scope="col" class="r">Traces</th>
              ${head('spans', 'r')}${head('errors', 'r')}${head('total_tokens', 'r')}${head('cost_usd', 'r')}
              <th scope="col" class="r">p95</th>
            </tr>
          </thead>
          <tbody>
            ${this.rows.map(
              (row) =>
                html`<tr>
                  <th scope="row">
                    <a href=${urlOf('/sessions', { ...Object.fromEntries(parameters()), id: row.session_id })}
                      ><bdi>${row.session_id || '(empty)'}</bdi></a
                    >
                  </th>
                  <td><bdi>${row.user_id ?? ABSENT}</bdi></td>
                  <td class="dim" title=${fullTime(row.last_time)}>${ago(row.last_time)}</td>
                  <td class="r">
                    ${row.traces > 1 ? duration(Date.parse(row.last_time) - Date.parse(row.first_time)) : ABSENT}
                  </td>
                  <td class="r">${count(row.traces)}</td>
                  <td class="r">${count(row.spans)}</td>
                  <td class="r">${row.errors > 0 ? html`<span class="error-text">${count(row.errors)}</span>` : 0}</td>
                  <td class="r">${short(row.total_tokens)}</td>
                  <td class="r">${cost(row.cost_usd)}</td>
                  <td class="r">${duration(row.duration_ms?.p95)}</td>
                </tr>`,
            )}
          </tbody>
        </table>
      </div>
      <p class="wait">
        ${
          result?.data?.next_offset
            ? html`<button class="pill" @click=${() => this.#page(result.data.next_offset, this.running.signal)}>
                Load more
              </button>`
            : html`<span class="dim">${plural(this.rows.length, 'session')}</span>`
        }
      </p>`;
  }

  /** Opens a session by its ID where the sessions cannot be listed. */
  #find() {
    return html`${missing('The session list')}
      <form
        class="state"
        @submit=${(event) => (event.preventDefault(), change({ id: new FormData(event.target).get('id') }))}
      >
        <label>Session ID: <input name="id" required class="entry" /></label>
        <button class="pill">Open</button>
      </form>`;
  }
}

customElements.define('lt-sessions-page', SessionsPage);
