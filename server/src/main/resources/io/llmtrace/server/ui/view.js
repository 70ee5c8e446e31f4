import { LitElement } from 'lit';

/**
 * A component without a shadow: one set of styles for all, and labels, focus and find-in-page work across components.
 * Reactive properties are declared as Lit's `static properties`.
 */
export class View extends LitElement {
  createRenderRoot() {
    return this;
  }

  /** Tells the components around this one. */
  tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail, bubbles: true }));
  }
}

/** Calls `job` once, when nobody has called for `milliseconds`. */
export function later(job, milliseconds) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => job(...values), milliseconds);
  };
}

/** A setting of this browser, not of the link. */
export const preference = {
  get: (name, otherwise) => localStorage.getItem(`llmtrace.${name}`) ?? otherwise,
  set: (name, value) => localStorage.setItem(`llmtrace.${name}`, value),
};
