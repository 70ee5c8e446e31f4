import { urlOf } from '../location.js';

/** The list as it was when another page was opened, so that going back shows it without loading it again. */
export const lastList = {
  url: urlOf('/'),
  key: null,
  items: [],
  next: null,
  selected: -1,
  scrollTop: 0,

  /** Returns the trace after (`step` 1) or before (-1) the given one in the list, or null. */
  neighbour(traceId, step) {
    const at = this.items.findIndex((item) => item.trace_id === traceId);
    if (at < 0) {
      return null;
    }
    for (let i = at + step; i >= 0 && i < this.items.length; i += step) {
      if (this.items[i].trace_id !== traceId) {
        return this.items[i].trace_id;
      }
    }
    return null;
  },
};
