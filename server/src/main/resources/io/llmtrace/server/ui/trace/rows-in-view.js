import { html } from 'lit';
import { styled } from '../styled.js';

const ROW = 28;
const MORE = 15;

/**
 * A long list of rows of equal height, of which only those in view are rendered. `selector` finds the scrolling
 * element.
 */
export class RowsInView {
  constructor(host, selector) {
    this.host = host;
    this.selector = selector;
    this.first = 0;
  }

  /** Handles `@scroll`. */
  scrolled = (event) => {
    const first = Math.max(0, Math.floor(event.target.scrollTop / ROW) - MORE);
    if (first !== this.first) {
      this.first = first;
      this.host.requestUpdate();
    }
  };

  /** Renders the content of the scrolling element, with `row(item, index)` for each row in view. */
  render(rows, row) {
    const visible = Math.ceil(window.innerHeight / ROW) + 2 * MORE;
    const first = Math.min(this.first, Math.max(0, rows.length - visible));
    return html`<div role="none" class="tree-space" ${styled({ height: `${rows.length * ROW}px` })}>
      <div role="none" class="tree-window" ${styled({ transform: `translateY(${first * ROW}px)` })}>
        ${rows.slice(first, first + visible).map((item, i) => row(item, first + i))}
      </div>
    </div>`;
  }

  /** Scrolls the row at this index into view. */
  reveal(at) {
    const scroller = this.host.querySelector(this.selector);
    if (at < 0 || !scroller) {
      return;
    }
    const top = at * ROW;
    if (top < scroller.scrollTop || top + ROW > scroller.scrollTop + scroller.clientHeight) {
      scroller.scrollTop = Math.max(0, top - scroller.clientHeight / 3);
    }
  }
}
