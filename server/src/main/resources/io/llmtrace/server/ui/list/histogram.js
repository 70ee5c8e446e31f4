import { html, nothing, svg } from 'lit';
import { View } from '../view.js';
import { count, minute, plural } from '../format.js';

const HEIGHT = 48;

/**
 * What the list has over time, traces or spans, those with errors in red. Dragging across it selects a time range; without a pointer, the time menu does the
 * same.
 *
 * Dispatches `brush` {start, end}.
 */
class Histogram extends View {
  static properties = {
    timeline: { attribute: false },
    what: {},
    note: {},
    drawn: { state: true },
    hover: { state: true },
  };

  constructor() {
    super();
    this.drawn = null;
    this.hover = null;
  }

  get #range() {
    const { start, end, bucket_ms: width } = this.timeline;
    const from = Date.parse(start);
    return { from, width, slots: Math.max(1, Math.min(1000, Math.ceil((Date.parse(end) - from) / width))) };
  }

  #slotAt(event) {
    const box = this.querySelector('svg').getBoundingClientRect();
    const share = (event.clientX - box.left) / box.width;
    return Math.max(0, Math.min(this.#range.slots - 1, Math.floor(share * this.#range.slots)));
  }

  #down(event) {
    if (event.button !== 0) {
      return;
    }
    event.currentTarget.setPointerCapture(event.pointerId);
    const slot = this.#slotAt(event);
    this.drawn = { from: slot, to: slot };
  }

  #move(event) {
    this.hover = this.#slotAt(event);
    if (this.drawn) {
      this.drawn = { ...this.drawn, to: this.hover };
    }
  }

  #up() {
    if (!this.drawn) {
      return;
    }
    const { from, width } = this.#range;
    const [first, last] = [this.drawn.from, this.drawn.to].sort((a, b) => a - b);
    this.drawn = null;
    this.tell('brush', { start: new Date(from + first * width), end: new Date(from + (last + 1) * width - 1) });
  }

  render() {
    const buckets = this.timeline?.buckets ?? [];
    if (buckets.length === 0) {
      return html`<div class="hist empty">${this.note ?? nothing}</div>`;
    }
    const { from, width, slots } = this.#range;
    const countOf = (bucket) => bucket[this.what] ?? 0;
    const noun = this.what === 'spans' ? 'span' : 'trace';
    const errorsOf = (n) => (this.what === 'spans' ? plural(n, 'error') : `${count(n)} with errors`);
    const most = Math.max(...buckets.map(countOf));
    const height = (n) => (n === 0 ? 0 : Math.max(1.5, (n / most) * (HEIGHT - 2)));
    const at = (bucket) => Math.round((Date.parse(bucket.time) - from) / width);
    const errors = buckets.reduce((sum, bucket) => sum + bucket.errors, 0);
    const all = buckets.reduce((sum, bucket) => sum + countOf(bucket), 0);
    const hovered = this.hover === null ? null : (buckets.find((bucket) => at(bucket) === this.hover) ?? { errors: 0 });
    const caption =
      hovered === null
        ? `${minute(new Date(from))} – ${minute(new Date(from + slots * width))}`
        : `${minute(new Date(from + this.hover * width))}: ${plural(countOf(hovered), noun)}, ${errorsOf(hovered.errors)}`;
    return html`<div class="hist">
      <svg
        viewBox=${`0 0 ${slots} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label=${`Over time: ${plural(all, noun)}, ${errorsOf(errors)}. Drag to select a time range.`}
        @pointerdown=${this.#down}
        @pointermove=${this.#move}
        @pointerup=${this.#up}
        @pointercancel=${() => (this.drawn = null)}
        @pointerleave=${() => (this.hover = null)}
      >
        ${buckets.map((bucket) => {
          const whole = height(countOf(bucket));
          const bad = height(bucket.errors);
          return svg`<rect class="all" x=${at(bucket) + 0.08} width="0.84" y=${HEIGHT - whole} height=${whole} />
            <rect class="bad" x=${at(bucket) + 0.08} width="0.84" y=${HEIGHT - bad} height=${bad} />`;
        })}
        ${
          this.drawn
            ? svg`<rect class="brush" x=${Math.min(this.drawn.from, this.drawn.to)}
                width=${Math.abs(this.drawn.to - this.drawn.from) + 1} height=${HEIGHT} />`
            : nothing
        }
      </svg>
      <span class="hist-note">${caption}</span>
    </div>`;
  }
}

customElements.define('lt-histogram', Histogram);
