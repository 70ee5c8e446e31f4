import { html, nothing } from 'lit';
import { styled } from '../styled.js';
import { View } from '../view.js';
import { ABSENT, cost, count, duration, short } from '../format.js';
import { RowsInView } from './rows-in-view.js';
import { ticks, walk } from './tree.js';

/** The deepest level that is indented, to leave room for names. Deeper spans say their level instead. */
const DEEPEST = 9;

/**
 * Tree and waterfall of a trace, side by side. Only the rows in view are rendered.
 *
 * Dispatches `choose` {id}.
 */
class Waterfall extends View {
  static properties = {
    tree: { attribute: false },
    chosen: {},
    hits: { attribute: false },
    wanted: { state: true },
    onlyErrors: { state: true },
    folded: { state: true },
  };

  constructor() {
    super();
    this.wanted = '';
    this.onlyErrors = false;
    this.folded = new Set();
    this.rows = [];
    this.view = new RowsInView(this, '.tree-rows');
  }

  willUpdate(changed) {
    if (['tree', 'wanted', 'onlyErrors', 'folded'].some((name) => changed.has(name))) {
      this.#flatten();
    }
  }

  updated(changed) {
    if (changed.has('chosen')) {
      this.#reveal();
    }
  }

  #flatten() {
    const words = this.wanted.toLowerCase().split(/\s+/).filter(Boolean);
    if (words.length === 0 && !this.onlyErrors) {
      this.rows = [...walk(this.tree, (node) => this.folded.has(node.id))];
      return;
    }
    const matches = ({ span }) => {
      const text = [
        span.operation_name,
        span.kind,
        span.model_name,
        span.input_preview,
        span.output_preview,
        span.error_message,
      ]
        .join(' ')
        .toLowerCase();
      return words.every((word) => text.includes(word)) && (!this.onlyErrors || span.status === 'error');
    };
    this.rows = [...walk(this.tree)].filter(matches);
  }

  /** Moves the selection by `step` visible rows. */
  move(step) {
    const at = this.rows.findIndex((node) => node.id === this.chosen);
    const next = this.rows[Math.max(0, Math.min(this.rows.length - 1, at + step))];
    next && this.tell('choose', { id: next.id });
  }

  fold(fold) {
    const node = this.tree.nodes.get(this.chosen);
    if (!node) {
      return;
    }
    if (fold === this.folded.has(node.id) || node.children.length === 0) {
      const to = fold ? node.parent : node.children[0];
      to && this.tell('choose', { id: to.id });
    } else {
      this.#toggle(node);
    }
  }

  #toggle(node) {
    const folded = new Set(this.folded);
    folded[folded.has(node.id) ? 'delete' : 'add'](node.id);
    this.folded = folded;
  }

  #foldAll() {
    this.folded =
      this.folded.size > 0
        ? new Set()
        : new Set(
            [...this.tree.nodes.values()]
              .filter((node) => node.parent && node.children.length > 0)
              .map((node) => node.id),
          );
  }

  #reveal() {
    const node = this.tree.nodes.get(this.chosen);
    const folded = new Set(this.folded);
    for (let at = node?.parent; at; at = at.parent) {
      folded.delete(at.id);
    }
    if (folded.size !== this.folded.size) {
      this.folded = folded;
      this.#flatten();
    }
    this.view.reveal(this.rows.indexOf(node));
  }

  render() {
    const { tree, rows } = this;
    const length = tree.end - tree.start;
    return html`<div class="tree-bar">
        <input
          type="search"
          placeholder="Find in this trace"
          aria-label="Find in this trace"
          @input=${(event) => (this.wanted = event.target.value)}
          @keydown=${(event) => event.key === 'Escape' && event.target.blur()}
        />
        ${
          tree.errors.length > 0
            ? html`<button
                class="pill"
                aria-pressed=${this.onlyErrors}
                @click=${() => (this.onlyErrors = !this.onlyErrors)}
              >
                ${count(tree.errors.length)} failed
              </button>`
            : nothing
        }
        <button class="pill" @click=${() => this.#foldAll()}>
          ${this.folded.size > 0 ? 'Expand all' : 'Collapse all'}
        </button>
        <span class="grow"></span>
        <span class="dim legend"><i class="critical" aria-hidden="true"></i> critical path</span>
      </div>
      <div class="axis" aria-hidden="true">
        <span>${count(rows.length)} ${rows.length === 1 ? 'span' : 'spans'}</span>
        <span class="ticks">
          ${ticks(length).map((at) => html`<i ${styled({ left: `${(at / (length || 1)) * 100}%` })}>${at === 0 ? '0' : duration(at)}</i>`)}
        </span>
        <span></span>
        <span></span>
      </div>
      <div
        class="tree-rows"
        role="tree"
        tabindex="0"
        aria-label="Spans of this trace"
        aria-activedescendant=${this.chosen ? `span-${this.chosen}` : nothing}
        @scroll=${this.view.scrolled}
      >
        ${this.view.render(rows, (node) => this.#row(node, length))}
        ${rows.length === 0 ? html`<p role="none" class="dim tree-none">No spans match</p>` : nothing}
      </div>`;
  }

  #row(node, length) {
    const { span } = node;
    const left = length > 0 ? ((node.start - this.tree.start) / length) * 100 : 0;
    const width = length > 0 ? ((node.end - node.start) / length) * 100 : 100;
    const folds = node.children.length > 0;
    const hit = this.hits?.includes(node.id);
    const classes = [
      'trow',
      node.id === this.chosen ? 'on' : '',
      hit ? 'hit' : '',
      span.status === 'error' ? 'bad' : '',
    ].join(' ');
    const notes = [
      span.model_name && !span.operation_name.includes(span.model_name) ? span.model_name : null,
      span.total_tokens ? `${short(span.total_tokens)} tok` : null,
      node.orphan ? 'missing parent' : null,
      node.depth > DEEPEST ? `level ${count(node.depth + 1)}` : null,
    ].filter(Boolean);
    const label = [
      span.operation_name || '(unnamed)',
      span.kind,
      duration(span.duration_ms),
      span.status === 'error' ? 'failed' : null,
      node.critical ? 'on the critical path' : null,
      hit ? 'found' : null,
    ]
      .filter(Boolean)
      .join(', ');
    return html`<div
      class=${classes}
      role="treeitem"
      id=${`span-${node.id}`}
      aria-level=${node.depth + 1}
      aria-selected=${node.id === this.chosen}
      aria-expanded=${folds ? !this.folded.has(node.id) : nothing}
      aria-label=${label}
      @click=${() => this.tell('choose', { id: node.id })}
      @dblclick=${() => folds && this.#toggle(node)}
    >
      <span class="n" ${styled({ paddingLeft: `${Math.min(node.depth, DEEPEST) * 14}px` })}>
        <span class="twist" @click=${(event) => folds && (event.stopPropagation(), this.#toggle(node))}
          >${folds ? (this.folded.has(node.id) ? '▸' : '▾') : ''}</span
        >
        <i class=${`kind ${span.kind}`}></i><span class="name">${span.operation_name || '(unnamed)'}</span>
        ${span.status === 'error' ? html`<span class="tag err">${span.status_code >= 400 ? span.status_code : 'error'}</span>` : nothing}
        ${span.security_score > 0 ? html`<span class=${span.security_score >= 60 ? 'tag sec' : 'tag'}>${span.security_score}</span>` : nothing}
        <small>${notes.join(' · ')}</small>
      </span>
      <span class="lane">
        <u
          class=${`${span.kind} ${span.status === 'error' ? 'bad' : ''} ${node.critical ? 'critical' : ''}`}
          ${styled({ left: `${Math.min(left, 99.4)}%`, width: `${Math.max(0.6, Math.min(width, 100 - left))}%` })}
        ></u>
      </span>
      <span class="d">${span.estimated_cost_usd === undefined ? '' : cost(span.estimated_cost_usd)}</span>
      <span class="d"
        >${span.duration_ms === undefined ? ABSENT : duration(span.duration_ms === 0 ? node.end - node.start : span.duration_ms)}</span
      >
    </div>`;
  }
}

customElements.define('lt-waterfall', Waterfall);
