/** What the list was when another page was opened: going back shows the same, without asking again. */
export const lastList = {
  url: '/',
  key: null,
  items: [],
  next: null,
  selected: -1,
  scrollTop: 0,

  /** The trace beside the given one in the list; `step` 1 is the next older. */
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
