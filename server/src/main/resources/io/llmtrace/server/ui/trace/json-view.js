import { html, nothing } from 'lit';
import { View } from '../view.js';
import { bytes, count } from '../format.js';
import { holdsWords, withMarks } from './words.js';

const CHUNK = 100;
const LONG = 1000;

/**
 * A JSON value as a tree. Children are rendered when their parent is opened, a hundred at a time, so that a value of
 * any size and depth can be shown.
 */
class JsonView extends View {
  static properties = {
    value: { attribute: false },
    name: {},
    open: { type: Boolean },
    shown: { state: true },
    whole: { state: true },
  };

  constructor() {
    super();
    this.shown = CHUNK;
    this.whole = false;
  }

  render() {
    const { value } = this;
    const key = this.name === undefined ? nothing : html`<span class="jk">${withMarks(this.name)}</span>: `;
    if (value !== null && typeof value === 'object') {
      return this.#container(key, value);
    }
    return html`<div class="jv">${key}${this.#scalar(value)}</div>`;
  }

  #scalar(value) {
    if (typeof value === 'string') {
      const cut = !this.whole && value.length > LONG && !holdsWords(value);
      return html`<span class="js">"<bdi>${withMarks(cut ? value.slice(0, LONG) : value)}</bdi>${cut ? '…' : '"'}</span
        >${
          cut
            ? html` <button class="link" @click=${() => (this.whole = true)}>Show all (${bytes(value.length)})</button>`
            : nothing
        }`;
    }
    return html`<span class=${value === null ? 'jn' : `jt ${typeof value}`}>${String(value)}</span>`;
  }

  #container(key, value) {
    const list = Array.isArray(value);
    const names = list ? null : Object.keys(value);
    const size = list ? value.length : names.length;
    const [left, right] = list ? '[]' : '{}';
    if (size === 0) {
      return html`<div class="jv">${key}<span class="jn">${left}${right}</span></div>`;
    }
    const label = `${count(size)} ${list ? (size === 1 ? 'item' : 'items') : size === 1 ? 'field' : 'fields'}`;
    return html`<details
      class="jv"
      ?open=${this.open}
      @toggle=${(event) => event.target === event.currentTarget && (this.open = event.target.open)}
    >
      <summary>${key}${left}<span class="jn"> ${label} </span>${right}</summary>
      ${
        this.open
          ? html`<div class="ji">
              ${Array.from({ length: Math.min(size, this.shown) }, (_, i) => {
                const name = list ? i : names[i];
                return html`<lt-json
                  .name=${String(name)}
                  .value=${value[name]}
                  ?open=${(size <= 3 && small(value[name])) || holdsWords(value[name])}
                ></lt-json>`;
              })}
              ${
                size > this.shown
                  ? html`<button class="link" @click=${() => (this.shown += CHUNK)}>
                      Show ${count(Math.min(CHUNK, size - this.shown))} more of ${count(size)}
                    </button>`
                  : nothing
              }
            </div>`
          : nothing
      }
    </details>`;
  }
}

const small = (value) => value !== null && typeof value === 'object' && Object.keys(value).length <= 8;

customElements.define('lt-json', JsonView);

/** Parses a text that holds a JSON object or array; returns undefined for any other. */
export function parsed(text) {
  if (typeof text !== 'string' || !/^\s*[[{]/.test(text)) {
    return undefined;
  }
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
