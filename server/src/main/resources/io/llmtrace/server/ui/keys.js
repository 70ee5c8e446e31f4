/** Keys of the page that is shown. Typing into a field, or with a modifier, is never taken. */

const bindings = new Set();

const isField = (node) =>
  node instanceof HTMLElement && (node.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(node.tagName));

document.addEventListener('keydown', (event) => {
  if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey || document.querySelector('dialog[open]')) {
    return;
  }
  if (isField(event.target)) {
    return;
  }
  // Enter and blank belong to the button or link that has the focus.
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

/** A part of a component: `keys` by name as long as the component is shown. */
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
  ['Everywhere', [['/', 'search'], ['?', 'these keys'], ['g', 'list of traces'], ['d', 'dashboard'], ['Esc', 'close, go back']]],
  ['List', [['j k ↓ ↑', 'move'], ['Enter', 'open'], ['s', 'traces or spans'], ['l', 'live on or off'], ['r', 'load again']]],
  ['Trace', [['j k ↓ ↑', 'next, previous span'], ['← →', 'fold, unfold'], ['a', 'spans or actions'], ['e', 'next error'], ['f', 'next finding'], ['[ ]', 'newer, older trace']]],
];
