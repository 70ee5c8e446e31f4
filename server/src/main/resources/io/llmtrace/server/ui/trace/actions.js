import { html, nothing } from 'lit';
import { View } from '../view.js';
import { ABSENT, duration } from '../format.js';
import { RowsInView } from './rows-in-view.js';
import { millis } from './tree.js';

/** Returns the span of an action: the one that executed it, otherwise the one that requested it. */
const spanOf = (action) => action.executed_by ?? action.requested_by;

function outcomeOf({ state, success }) {
  if (state === 'executed') {
    return success ? { text: 'ok', style: 'ok-text' } : { text: 'failed', style: 'error-text' };
  }
  return state === 'answered' ? { text: 'answered', style: 'dim' } : { text: 'requested', style: 'warn-text' };
}

const excerpt = (text) => (text ?? '').slice(0, 200).replace(/\s+/g, ' ');

/**
 * The actions that the agents of a trace executed or requested, in chronological order.
 *
 * Dispatches `choose` {id} with the ID of a span.
 */
class Actions extends View {
  static properties = { actions: { attribute: false }, start: { attribute: false }, chosen: {}, at: { state: true } };

  constructor() {
    super();
    this.at = -1;
    this.view = new RowsInView(this, '.tree-rows');
  }

  /** A span may have several actions: the selected one stays selected. */
  willUpdate(changed) {
    if ((changed.has('chosen') || changed.has('actions')) && spanOf(this.actions[this.at] ?? {}) !== this.chosen) {
      this.at = this.actions.findIndex((action) => spanOf(action) === this.chosen);
    }
  }

  updated(changed) {
    if (changed.has('at')) {
      this.view.reveal(this.at);
    }
  }

  /** Moves the selection by `step` rows. */
  move(step) {
    this.#choose(Math.max(0, Math.min(this.actions.length - 1, this.at + step)));
  }

  #choose(at) {
    this.at = at;
    this.tell('choose', { id: spanOf(this.actions[at]) });
  }

  render() {
    return html`<div class="arow head" aria-hidden="true">
        <span>Start</span><span>Action</span><span>State</span><span>Duration</span><span>Arguments</span>
      </div>
      <div
        class="tree-rows"
        role="listbox"
        tabindex="0"
        aria-label="Actions of this trace"
        aria-activedescendant=${this.at < 0 ? nothing : `action-${this.at}`}
        @scroll=${this.view.scrolled}
      >
        ${this.view.render(this.actions, (action, at) => this.#row(action, at))}
      </div>`;
  }

  #row(action, at) {
    const outcome = outcomeOf(action);
    const taken = action.duration_ms === undefined ? ABSENT : duration(action.duration_ms);
    const label = [action.name, action.action_type.replaceAll('_', ' '), outcome.text];
    if (action.duration_ms !== undefined) {
      label.push(taken);
    }
    return html`<div
      class=${`arow ${at === this.at ? 'on' : ''}`}
      role="option"
      id=${`action-${at}`}
      aria-selected=${at === this.at}
      aria-label=${label.join(', ')}
      @click=${() => this.#choose(at)}
    >
      <span class="d">${duration(millis(action.timestamp) - this.start)}</span>
      <span class="name" title=${action.action_type.replaceAll('_', ' ')}><bdi>${action.name}</bdi></span>
      <span><span class=${outcome.style}>${outcome.text}</span></span>
      <span class="d">${taken}</span>
      <span class="words"><bdi>${excerpt(action.arguments)}</bdi></span>
    </div>`;
  }
}

customElements.define('lt-actions', Actions);
