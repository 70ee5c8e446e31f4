import { html } from 'lit';
import { View } from '../view.js';
import { urlOf } from '../location.js';

/** Downloads everything that the list has, not only what is loaded of it. */
class ExportMenu extends View {
  static properties = { show: {}, query: { attribute: false }, order: {} };

  #keydown(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.#close();
      this.querySelector('summary').focus();
    }
  }

  #close() {
    this.querySelector('details').open = false;
  }

  render() {
    const link = (format, label) =>
      html`<a
        class="item"
        href=${urlOf('/api/v1/export', { ...this.query, what: this.show, order: this.order, format })}
        download=${`${this.show}.${format}`}
        @click=${this.#close}
        >${label}</a
      >`;
    return html`<details class="menu wide-only" @keydown=${this.#keydown}>
      <summary class="pill" title=${`Download all matching ${this.show}`}>
        Export <span aria-hidden="true">▾</span>
      </summary>
      <div class="pop right" role="group" aria-label="Export">
        ${link('ndjson', this.show === 'spans' ? 'Spans as NDJSON' : 'Whole traces as NDJSON')}
        ${link('csv', this.show === 'spans' ? 'Spans as CSV' : 'Summaries as CSV')}
      </div>
    </details>`;
  }
}

customElements.define('lt-export-menu', ExportMenu);
