// Keyboard shortcuts of the components on the page. Typing into a field, and keys with a modifier, are left alone.

const bindings = new Set();

const isField = (node) =>
  node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

document.addEventListener('keydown', (event) => {
  if (
    event.defaultPrevented ||
    event.metaKey ||
    event.ctrlKey ||
    event.altKey ||
    document.querySelector('dialog[open]')
  ) {
    return;
  }
  if (isField(event.target)) {
    return;
  }
  // Enter and space belong to the focused button or link.
  const acts = event.target instanceof Element && event.target.closest('button, a[href], summary');
  if (acts && (event.key === 'Enter' || event.key === ' ')) {
    return;
  }
  for (const keys of [...bindings].reverse()) {
    const action = keys[event.key];
    if (action) {
      event.preventDefault();
      action(event);
      return;
    }
  }
});

/** A controller that binds keys while its component is on the page. `keys` maps names of keys to actions. */
export class Keys {
  constructor(host, keys) {
    this.keys = keys;
    host.addController(this);
  }

  hostConnected() {
    bindings.add(this.keys);
  }

  hostDisconnected() {
    bindings.delete(this.keys);
  }
}

export const HELP = [
  [
    'Global',
    [
      ['/', 'Search'],
      ['?', 'Keyboard shortcuts'],
      ['g', 'Trace list'],
      ['d', 'Dashboard'],
      ['Esc', 'Close, go back'],
    ],
  ],
  [
    'List',
    [
      ['j k ↓ ↑', 'Move'],
      ['Enter', 'Open'],
      ['s', 'Traces or spans'],
      ['l', 'Live on or off'],
      ['r', 'Reload'],
    ],
  ],
  [
    'Trace',
    [
      ['j k ↓ ↑', 'Next, previous span'],
      ['← →', 'Collapse, expand'],
      ['a', 'Spans or actions'],
      ['e', 'Next error'],
      ['f', 'Next finding'],
      ['m', 'Next span found'],
      ['[ ]', 'Newer, older trace'],
    ],
  ],
];
