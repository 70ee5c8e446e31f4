import { html, nothing } from 'lit';
import { View, later } from '../view.js';
import { filtersIn, lookup, values } from '../api.js';
import { go, traceUrl } from '../location.js';
import { FIELDS, fieldNamed, namesOf } from '../fields.js';
import { labelOf } from '../query.js';
import { short } from '../format.js';

/** Values that mean themselves without quotes in the filter language. */
const PLAIN_VALUE = /^[\p{L}\p{N}_/@%+-]+([.:][\p{L}\p{N}_/@%+-]+)*$/u;

const plain = (text, pattern) => (pattern.test(text) ? text : `"${text.replace(/[\\"]/g, '\\$&')}"`);

/**
 * The search box: expressions of the filter language, which the server reads. Filters become chips, and words stay in the box.
 * Typing `model:` suggests the models in the store, and `@` the names of attributes.
 *
 * Dispatches `filter` {name: value}.
 */
class SearchBar extends View {
  static properties = {
    filters: { attribute: false },
    query: { attribute: false },
    suggestions: { state: true },
    at: { state: true },
    problem: { state: true },
  };

  constructor() {
    super();
    this.filters = {};
    this.suggestions = [];
    this.at = -1;
    this.problem = null;
    this.suggestLater = later((token) => this.#suggest(token), 150);
  }

  focusInput() {
    const input = this.querySelector('input');
    input.focus();
    input.select();
  }

  get #token() {
    return this.querySelector('input').value.split(/\s+/).at(-1);
  }

  #typed() {
    this.problem = null;
    this.at = -1;
    this.suggestLater(this.#token);
  }

  async #suggest(token) {
    const [, name, typed] = token.match(/^-?([A-Za-z_][\w.]*|@[^\s:"=]+):"?(.*)$/) ?? [];
    const attribute = token.match(/^-?@"?([^:"=]*)$/)?.[1];
    if (attribute !== undefined) {
      await this.#suggestValues('@', attribute, ({ value }) => `@${plain(value, /^[\p{L}\p{N}_.$/+-]+$/u)}:`);
      return;
    }
    if (!name) {
      const fields =
        token.length === 0
          ? []
          : FIELDS.filter((field) => namesOf(field).some((each) => each.startsWith(token.toLowerCase())));
      this.suggestions = fields.map((field) => ({
        text: `${field.short_names[0]}:`,
        note: `filter by ${field.label.toLowerCase()}`,
      }));
      return;
    }
    const field = fieldNamed(name);
    const isOpen = name.startsWith('tag.') || name.startsWith('@');
    const suggested = isOpen ? name : field?.suggested ? field.name : null;
    if (!suggested) {
      this.suggestions = [];
      return;
    }
    const found = await this.#suggestValues(suggested, typed, ({ value }) => `${name}:${plain(value, PLAIN_VALUE)}`);
    if (!found) {
      this.suggestions = (field?.values ?? [])
        .filter((value) => value.startsWith(typed))
        .map((value) => ({ text: `${name}:${value}`, note: '' }));
    }
  }

  /** Suggests values in the store, and returns whether it could be asked, or was asked again meanwhile. */
  async #suggestValues(field, prefix, textOf) {
    this.running?.abort();
    this.running = new AbortController();
    try {
      const query = { ...this.query, field, prefix, limit: 8 };
      delete query[field];
      const { data } = await values(query, this.running.signal);
      this.suggestions = data.map((each) => ({ text: textOf(each), note: short(each.count) }));
      return true;
    } catch (problem) {
      return problem.name === 'AbortError';
    }
  }

  #take(suggestion) {
    const input = this.querySelector('input');
    input.value = input.value.replace(/(-?)\S*$/, (_, minus) => `${minus}${suggestion.text}`);
    this.suggestions = [];
    this.at = -1;
    input.focus();
    if (suggestion.text.endsWith(':')) {
      this.#typed();
    } else {
      this.#search();
    }
  }

  #keydown(event) {
    const { key } = event;
    if ((key === 'ArrowDown' || key === 'ArrowUp') && this.suggestions.length > 0) {
      event.preventDefault();
      const step = key === 'ArrowDown' ? 1 : -1;
      this.at =
        (this.at + step + this.suggestions.length + (this.at < 0 && step < 0 ? 1 : 0)) % this.suggestions.length;
    } else if (key === 'Enter') {
      event.preventDefault();
      if (this.at >= 0) {
        this.#take(this.suggestions[this.at]);
      } else {
        this.#search();
      }
    } else if (key === 'Escape') {
      if (this.suggestions.length > 0) {
        this.suggestions = [];
      } else {
        event.target.blur();
      }
    } else if (key === 'Backspace' && event.target.value === '') {
      const last = Object.keys(this.filters)
        .filter((name) => name !== 'text')
        .at(-1);
      if (last) {
        this.tell('filter', { [last]: null });
      }
    }
  }

  /** Adds what is typed to the filters. An expression that is no single filter joins those typed before. */
  async #search() {
    const input = this.querySelector('input');
    const typed = input.value.trim();
    this.suggestions = [];
    if (await this.#openId(typed)) {
      return;
    }
    try {
      // Alone at first, so that the place of an error is that in the box.
      const alone = await filtersIn(typed);
      const found = this.filters.q && typed ? await filtersIn(`(${this.filters.q}) ${typed}`) : alone;
      this.problem = null;
      input.value = found.text ?? '';
      this.tell('filter', { ...found, text: found.text ?? null });
    } catch (problem) {
      this.problem = problem.message.replace(/^q: /, '');
    }
  }

  /** Opens what a pasted id names, and returns whether it names anything. A word that is no id is searched for. */
  async #openId(typed) {
    if (!/^[\w.@-]{4,}$/.test(typed) || typed.startsWith('-')) {
      return false;
    }
    const found = await lookup(typed).catch(() => []);
    const [first] = found;
    if (!first) {
      return false;
    }
    if (found.length > 1) {
      this.problem = `Several ids begin with ${typed}: ${found.map((each) => each.value).join(', ')}`;
    } else if (first.trace_id) {
      go(first.field === 'span_id' ? traceUrl(first.trace_id, first.value) : traceUrl(first.trace_id));
    } else {
      this.querySelector('input').value = '';
      this.tell('filter', { [first.field]: first.value, text: null });
    }
    return true;
  }

  updated(changed) {
    if (changed.has('filters') && changed.get('filters')?.text !== this.filters.text) {
      this.querySelector('input').value = this.filters.text ?? '';
    }
  }

  render() {
    const chips = Object.entries(this.filters).filter(([name]) => name !== 'text');
    const open = this.suggestions.length > 0;
    return html`<div class="q" role="search">
      ${chips.map(
        ([name, value]) =>
          html`<button
            class="chip"
            @click=${() => this.tell('filter', { [name]: null })}
            aria-label=${`Remove filter ${labelOf(name, value)}`}
          >
            <bdi>${labelOf(name, value)}</bdi> <span aria-hidden="true">✕</span>
          </button>`,
      )}
      <div class="combo">
        <input
          type="search"
          role="combobox"
          aria-label="Search"
          aria-autocomplete="list"
          aria-expanded=${open}
          aria-controls="suggestions"
          aria-activedescendant=${this.at >= 0 ? `suggestion-${this.at}` : nothing}
          placeholder="Search prompts, responses, tools, errors, or filter by model:gpt-4*, cost:>0.01, env=prod"
          autocomplete="off"
          spellcheck="false"
          @input=${this.#typed}
          @keydown=${this.#keydown}
          @blur=${() => (this.suggestions = [])}
          @search=${() => this.querySelector('input').value === '' && this.filters.text && this.tell('filter', { text: null })}
        />
        <ul id="suggestions" role="listbox" aria-label="Suggestions" class="pop" ?hidden=${!open}>
          ${this.suggestions.map(
            (suggestion, i) =>
              html`<li
                id=${`suggestion-${i}`}
                role="option"
                aria-selected=${i === this.at}
                class="item"
                @pointerdown=${(event) => {
                  event.preventDefault();
                  this.#take(suggestion);
                }}
              >
                <span>${suggestion.text}</span><b>${suggestion.note}</b>
              </li>`,
          )}
        </ul>
        ${this.problem === null ? nothing : html`<p class="error-text" role="alert">${this.problem}</p>`}
      </div>
    </div>`;
  }
}

customElements.define('lt-search-bar', SearchBar);
