import { html } from 'lit';
import { View } from '../view.js';
import { change, changes, parameters } from '../location.js';
import { DEFAULT_TIME, TIMES, timeOf } from '../query.js';
import { minute } from '../format.js';

/** The time range. It is in the header, because every page except that of a trace has one. */
class TimeMenu extends View {
  static properties = { open: { state: true } };

  constructor() {
    super();
    this.moved = () => this.requestUpdate();
  }

  connectedCallback() {
    super.connectedCallback();
    changes.addEventListener('change', this.moved);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    changes.removeEventListener('change', this.moved);
  }

  #choose(name) {
    this.querySelector('details').open = false;
    change({ time: name === DEFAULT_TIME ? null : name, start_time: null, end_time: null });
  }

  #between(event) {
    event.preventDefault();
    const form = new FormData(event.target);
    const at = (name) => (form.get(name) ? new Date(form.get(name)) : null);
    const [start, end] = [at('start'), at('end')];
    const field = event.target.querySelector('[name=end]');
    if (start && end && end < start) {
      field.setCustomValidity('The end must not be before the start');
      field.reportValidity();
      return;
    }
    this.querySelector('details').open = false;
    change({ time: start || end ? null : 'all', start_time: start?.toISOString(), end_time: end?.toISOString() });
  }

  #keydown(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.querySelector('details').open = false;
      this.querySelector('summary').focus();
    }
  }

  render() {
    const { name, start, end } = timeOf(parameters());
    const label = name ? TIMES.find((time) => time.name === name).label : rangeLabel(start, end);
    const local = (date) => (date ? new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 19) : '');
    return html`<details class="menu" @keydown=${this.#keydown}>
      <summary class="pill" aria-label=${`Time: ${label}`}>${label} <span aria-hidden="true">▾</span></summary>
      <div class="pop right">
        ${TIMES.map(
          (time) =>
            html`<button class=${`item ${time.name === name ? 'on' : ''}`} @click=${() => this.#choose(time.name)}>
              ${time.label}
            </button>`,
        )}
        <form @submit=${this.#between} @input=${(e) => e.target.setCustomValidity('')}>
          <label>From <input type="datetime-local" step="1" name="start" .value=${name ? '' : local(start)} /></label>
          <label>To <input type="datetime-local" step="1" name="end" .value=${name ? '' : local(end)} /></label>
          <button class="pill">Apply</button>
        </form>
      </div>
    </details>`;
  }
}

function rangeLabel(start, end) {
  if (!start) {
    return `Until ${minute(end)}`;
  }
  return end ? `${minute(start)} – ${minute(end)}` : `Since ${minute(start)}`;
}

customElements.define('lt-time-menu', TimeMenu);

// A click outside of an open menu closes it.
document.addEventListener('click', (event) => {
  for (const menu of document.querySelectorAll('details.menu[open]')) {
    if (!event.composedPath().includes(menu)) {
      menu.open = false;
    }
  }
});
