import { LitElement } from 'lit';

/**
 * A component without a shadow root, so that all share their styles, and labels, focus and find-in-page work across
 * components. Reactive properties are declared as Lit's `static properties`.
 */
export class View extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** Dispatches an event that bubbles to the enclosing components. */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** Returns a debounced `job`, which runs `milliseconds` after the last call. */
export function later(job, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => job(...values), milliseconds);
  };
}

/** User preferences, which are kept in the browser rather than in the URL. */
export const preference = {
  get: (name, otherwise) => localStorage.getItem(`llmtrace.${name}`) ?? otherwise,
  set: (name, value) => localStorage.setItem(`llmtrace.${name}`, value),
};
