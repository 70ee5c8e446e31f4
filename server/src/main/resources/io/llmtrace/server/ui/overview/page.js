import { html, nothing } from 'lit';
import { View } from '../view.js';
import { change, changes, parameters, path } from '../location.js';
import { filtersOf, labelOf, queryOf } from '../query.js';

/** A page about the spans that the URL selects. Calls `load(signal)` whenever the selection changes. */
export class OverviewPage extends View {
  static properties = { results: { state: true } };

  /** `watched` names the URL parameters, apart from filters and time range, that the results depend on. */
  constructor(at, title, watched = []) {
    super();
    this.at = at;
    this.heading = title;
    this.watched = watched;
    this.results = {};
    this.moved = () => this.#moved();
  }

  connectedCallback() {
    super.connectedCallback();
    changes.addEventListener('change', this.moved);
    document.title = `${this.heading} · llmtrace`;
    this.key = null;
    this.#moved();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    changes.removeEventListener('change', this.moved);
    this.running?.abort();
  }

  get query() {
    return queryOf(parameters());
  }

  #moved() {
    if (path() !== this.at) {
      return;
    }
    const at = parameters();
    const key = JSON.stringify([
      filtersOf(at),
      at.get('time'),
      at.get('start_time'),
      at.get('end_time'),
      ...this.watched.map((name) => at.get(name)),
    ]);
    if (key !== this.key) {
      this.key = key;
      this.reload();
    }
    this.requestUpdate();
  }

  reload() {
    this.running?.abort();
    this.running = new AbortController();
    this.results = {};
    this.load(this.running.signal);
  }

  /** Loads a part of the page. Sets `results[name]` to {data} or {problem}, so that a failure affects this part only. */
  async ask(name, call) {
    const { running } = this;
    let result;
    try {
      result = { data: await call() };
    } catch (problem) {
      result = { problem };
    }
    if (running === this.running && result.problem?.name !== 'AbortError') {
      this.results = { ...this.results, [name]: result };
    }
    return result.data;
  }

  chips() {
    const filters = Object.entries(filtersOf(parameters()));
    return filters.length === 0
      ? nothing
      : html`<div class="chips">
          ${filters.map(
            ([name, value]) =>
              html`<button
                class="chip"
                aria-label=${`Remove filter ${labelOf(name, value)}`}
                @click=${() => change({ [name]: null })}
              >
                <bdi>${labelOf(name, value)}</bdi> <span aria-hidden="true">✕</span>
              </button>`,
          )}
        </div>`;
  }
}

/** A part of a page with a title. Shows the content, or the problem, once `result` has arrived. */
export function panel(title, result, content, aside = nothing) {
  return html`<section class="panel" aria-label=${title}>
    <header>
      <h2>${title}</h2>
      ${aside}
    </header>
    ${
      result === undefined
        ? html`<p class="dim wait" role="status">…</p>`
        : result.problem
          ? html`<p class="dim wait" role="alert">
              ${result.problem.missing ? 'This server or its store does not support this.' : result.problem.message}
            </p>`
          : content(result.data)
    }
  </section>`;
}

/** A table that scrolls by itself on a narrow screen. The numeric columns are the last ones; `row` renders a `<tr>`. */
export function table(label, columns, numericColumns, rows, row) {
  return html`<div class="scroll" tabindex="0" role="group" aria-label=${label}>
    <table class="data-table">
      <thead>
        <tr>
          ${columns.map((name) => html`<th scope="col">${name}</th>`)}
          ${numericColumns.map((name) => html`<th scope="col" class="r">${name}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(row)}
      </tbody>
    </table>
  </div>`;
}

export const viewAll = (url) => html`<a href=${url}>View all</a>`;

export const none = (what) => html`<p class="dim wait">${what}</p>`;
