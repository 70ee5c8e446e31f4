import { html } from 'lit';
import { View } from '../view.js';
import { change, parameters } from '../location.js';
import { chosen, column, columnNames, formatColumns } from './columns.js';

/** Selects the columns of the list, which appear in the order in which they were selected. */
class ColumnMenu extends View {
  static properties = { show: {} };

  #toggle(name, on) {
    const names = chosen(this.show, parameters().get('columns')).filter((each) => each !== name);
    change({ columns: formatColumns(this.show, on ? [...names, name] : names) }, { replace: true });
    this.requestUpdate();
  }

  #keydown(event) {
    if (event.key === 'Escape') {
      event.stopPropagation();
      this.querySelector('details').open = false;
      this.querySelector('summary').focus();
    }
  }

  render() {
    const names = chosen(this.show, parameters().get('columns'));
    return html`<details class="menu wide-only" @keydown=${this.#keydown}>
      <summary class="pill">Columns <span aria-hidden="true">▾</span></summary>
      <div class="pop right" role="group" aria-label="Columns">
        ${columnNames(this.show).map(
          (name) =>
            html`<label class="item">
              <input
                type="checkbox"
                .checked=${names.includes(name)}
                ?disabled=${name === 'name'}
                @change=${(event) => this.#toggle(name, event.target.checked)}
              />
              ${column(this.show, name).label}
            </label>`,
        )}
        <button class="item" @click=${() => change({ columns: null }, { replace: true })}>Reset</button>
      </div>
    </details>`;
  }
}

customElements.define('lt-column-menu', ColumnMenu);
