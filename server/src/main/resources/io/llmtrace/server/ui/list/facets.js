import { html, nothing } from 'lit';
import { View, preference } from '../view.js';
import { values } from '../api.js';
import { FIELDS, RANGES } from '../fields.js';
import { short } from '../format.js';

const SHOWN = 8;

const SECTIONS = [...FIELDS.filter((field) => field.suggested), { name: 'tag', label: 'Tags' }];
const OPEN_BY_DEFAULT = 'status,kind,model_name,finding_type';

/**
 * Filters to click on: the values of each field with their counts. A count is that of spans that match all other
 * filters, which is what selecting the value would show.
 *
 * Dispatches `filter` {name: value}; null removes one.
 *
 * query: filters and time range, as query parameters of the server
 * rows: the loaded rows, from which values are counted if the server does not count them
 * paused: whether to wait, because the list is loading and comes first
 */
class Facets extends View {
  static properties = {
    query: { attribute: false },
    rows: { attribute: false },
    paused: { type: Boolean },
    found: { state: true },
    open: { state: true },
    all: { state: true },
    tagKey: { state: true },
    missing: { state: true },
  };

  constructor() {
    super();
    this.query = {};
    this.rows = [];
    this.found = {};
    this.loaded = {};
    this.counted = Promise.resolve();
    this.open = new Set(preference.get('facets', OPEN_BY_DEFAULT).split(','));
    this.all = new Set();
    this.tagKey = null;
    this.missing = false;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.running?.abort();
    this.loaded = {};
  }

  updated() {
    if (!this.paused && !this.missing) {
      this.#load();
    }
  }

  /** Returns the query for a field's counts, which leaves out the field's own filter. */
  #queryFor(section) {
    const query = { ...this.query };
    if (section.name === 'tag') {
      const field = this.tagKey === null ? 'tag' : `tag.${this.tagKey}`;
      delete query[field];
      return { ...query, field, limit: 50 };
    }
    delete query[section.name];
    return { ...query, field: section.name, limit: 50 };
  }

  #load() {
    const wanted = SECTIONS.filter((section) => this.open.has(section.name))
      .map((section) => [section.name, this.#queryFor(section)])
      .filter(([name, query]) => this.loaded[name] !== JSON.stringify(query));
    if (wanted.length === 0) {
      return;
    }
    const key = JSON.stringify(this.query);
    if (key !== this.key) {
      this.running?.abort();
      this.running = new AbortController();
      this.key = key;
    }
    const { signal } = this.running;
    for (const [name, query] of wanted) {
      this.loaded[name] = JSON.stringify(query);
      this.counted = this.counted.then(() => this.#count(name, query, signal));
    }
  }

  /** Called for one field at a time: a count may take a store seconds, and many at once would delay the list. */
  async #count(name, query, signal) {
    if (signal.aborted || this.missing) {
      this.#forget(name, query);
      return;
    }
    try {
      const { data } = await values(query, signal);
      this.found = { ...this.found, [name]: data };
    } catch (problem) {
      if (problem.name === 'AbortError') {
        this.#forget(name, query);
      } else if (problem.missing) {
        this.missing = true;
      } else {
        // A query that is refused says why in place of the list; there is nothing to count.
        this.found = { ...this.found, [name]: problem.status === 400 ? [] : null };
      }
    }
  }

  /** Lets a field be counted again, unless a newer query for it is waiting. */
  #forget(name, query) {
    if (this.loaded[name] === JSON.stringify(query)) {
      delete this.loaded[name];
    }
  }

  #toggleSection(name, isOpen) {
    const open = new Set(this.open);
    open[isOpen ? 'add' : 'delete'](name);
    if (open.size !== this.open.size) {
      this.open = open;
      preference.set('facets', [...open].join(','));
    }
  }

  #valuesOf(section) {
    if (!this.missing) {
      return this.found[section.name];
    }
    const seen = new Set(section.values ?? []);
    for (const row of this.rows) {
      const value = section.name === 'model_name' ? (row.models ?? [row.model_name]) : [row[section.name]];
      value.filter((each) => each !== undefined && each !== null).forEach((each) => seen.add(each));
    }
    return [...seen].map((value) => ({ value }));
  }

  #section(section) {
    const open = this.open.has(section.name);
    return html`<details ?open=${open} @toggle=${(event) => this.#toggleSection(section.name, event.target.open)}>
      <summary>${section.label}</summary>
      ${open ? (section.name === 'tag' ? this.#tags(section) : this.#values(section, section.name)) : nothing}
    </details>`;
  }

  #tags(section) {
    if (this.tagKey !== null) {
      return html`<button class="link" @click=${() => this.#chooseKey(null)}>‹ All tags</button>
        <div class="dim">${this.tagKey}</div>
        ${this.#values(section, `tag.${this.tagKey}`)}`;
    }
    const keys = this.#valuesOf(section);
    const chosen = Object.keys(this.query).filter((name) => name.startsWith('tag.'));
    return html`${chosen.map(
      (name) =>
        html`<button class="f on" aria-pressed="true" @click=${() => this.tell('filter', { [name]: null })}>
          <span>${name.slice(4)}=${this.query[name]}</span>
        </button>`,
    )}
    ${(keys ?? []).map(
      ({ value, count }) =>
        html`<button class="f" @click=${() => this.#chooseKey(value)}>
          <span>${value} ›</span>${count === undefined ? nothing : html`<b>${short(count)}</b>`}
        </button>`,
    )}
    ${keys?.length === 0 ? html`<div class="dim">None</div>` : nothing}`;
  }

  #chooseKey(key) {
    this.tagKey = key;
    delete this.loaded.tag;
    this.found = { ...this.found, tag: undefined };
  }

  #values(section, name) {
    const chosen = this.query[name];
    let found = this.#valuesOf(section);
    if (found === undefined) {
      return html`<div class="dim">${this.paused ? nothing : '…'}</div>`;
    }
    if (found === null) {
      return html`<div class="dim">Could not be counted</div>`;
    }
    if (chosen !== undefined && !found.some(({ value }) => value === chosen)) {
      found = [{ value: chosen, count: this.missing ? undefined : 0 }, ...found];
    }
    const all = this.all.has(section.name);
    const shown = all ? found : found.slice(0, SHOWN);
    return html`${shown.map(({ value, count }) => {
      const on = value === chosen;
      return html`<button
        class=${on ? 'f on' : 'f'}
        aria-pressed=${on}
        title=${value}
        @click=${() => this.tell('filter', { [name]: on ? null : value })}
      >
        <span><bdi>${value === '' ? '(empty)' : value}</bdi></span
        >${count === undefined ? nothing : html`<b>${short(count)}</b>`}
      </button>`;
    })}
    ${
      found.length > SHOWN
        ? html`<button class="link" @click=${() => this.#toggleAll(section.name)}>
            ${all ? 'Show fewer' : `Show ${found.length - SHOWN} more`}
          </button>`
        : nothing
    }
    ${found.length === 0 ? html`<div class="dim">None</div>` : nothing}`;
  }

  #toggleAll(name) {
    const all = new Set(this.all);
    all[all.has(name) ? 'delete' : 'add'](name);
    this.all = all;
  }

  #range(range) {
    const value = (name) => (this.query[name] === undefined ? '' : String(Number(this.query[name]) / range.scale));
    const set = (name) => (event) => {
      const typed = event.target.value.trim();
      const amount = Number(typed) * range.scale;
      this.tell('filter', {
        [name]: typed === '' || !Number.isFinite(amount) || amount < 0 ? null : String(Number(amount.toPrecision(12))),
      });
    };
    const unit = range.unit ? ` (${range.unit})` : '';
    const input = (name, bound) =>
      html`<input
        type="number"
        min="0"
        step="any"
        inputmode="decimal"
        placeholder=${bound}
        aria-label=${`${bound} ${range.label.toLowerCase()}${unit}`}
        .value=${value(name)}
        @change=${set(name)}
      />`;
    return html`<fieldset>
      <legend>${range.label}${unit}</legend>
      <div class="range">${input(range.min, 'Min')}${input(range.max, 'Max')}</div>
    </fieldset>`;
  }

  render() {
    return html`<div class="facets">
      ${SECTIONS.map((section) => this.#section(section))} ${RANGES.map((range) => this.#range(range))}
      ${this.missing ? html`<p class="dim">This server does not count values. Those shown here are from the loaded rows.</p>` : nothing}
    </div>`;
  }
}

customElements.define('lt-facets', Facets);
