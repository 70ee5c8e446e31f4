import { html, nothing } from 'lit';
import { View } from '../view.js';
import { bytes } from '../format.js';
import { mark, markdown } from './markdown.js';
import { markWords, placesIn } from './words.js';

/** Limits in characters: shown at first, added on each click, and the longest text that is formatted as Markdown. */
const FIRST = 4_000;
const CHUNK = 200_000;
const FORMATTED = 100_000;

/** A text of any length: its beginning, and more on request. `marks` are passages to highlight beside searched words. */
class TextView extends View {
  static properties = { text: {}, marks: { attribute: false }, plain: { type: Boolean }, shown: { state: true } };

  constructor() {
    super();
    this.text = '';
    this.marks = [];
    this.shown = FIRST;
  }

  willUpdate(changed) {
    if (changed.has('text')) {
      this.shown = FIRST;
    }
    if (changed.has('text') || changed.has('marks')) {
      // Highlighted passages are shown, however far down.
      const word = placesIn(this.text).next().value?.to ?? -1;
      const last = Math.max(word, ...this.marks.map((each) => this.text.indexOf(each) + each.length));
      if (last > this.shown) {
        this.shown = Math.min(last + FIRST, Math.max(CHUNK, FIRST));
      }
    }
  }

  updated(changed) {
    if (!['text', 'marks', 'plain', 'shown'].some((name) => changed.has(name))) {
      return;
    }
    const target = this.querySelector('.text');
    const text = this.#part;
    if (!this.plain && text.length <= FORMATTED) {
      target.replaceChildren(markdown(text));
    } else {
      target.textContent = text;
    }
    target.classList.toggle('plain', this.plain || text.length > FORMATTED);
    mark(target, this.marks);
    markWords(target);
  }

  get #part() {
    // A little more than the limit is not worth a button.
    return this.text.length <= this.shown * 1.1 ? this.text : this.text.slice(0, this.shown);
  }

  render() {
    const rest = this.text.length - this.#part.length;
    const step = Math.min(rest, this.shown === FIRST ? CHUNK - FIRST : CHUNK);
    return html`<div class="text" dir="auto"></div>
      ${
        rest > 0
          ? html`<p class="more">
              <button class="pill" @click=${() => (this.shown = this.#part.length + step)}>
                Show ${step === rest ? `the rest (${bytes(step)})` : `more (${bytes(step)} of ${bytes(rest)})`}
              </button>
            </p>`
          : nothing
      }`;
  }
}

customElements.define('lt-text', TextView);
