const EVERY = 3_000;
const AT_MOST_EVERY = 30_000;
const PAGE = 50;

/**
 * Polls for new items and puts them on top. Waits after each answer, longer after a failure, and pauses while the page
 * is hidden. Works on lists with the newest first only.
 */
export class LiveList {
  constructor(page) {
    this.page = page;
    this.on = false;
    this.problem = null;
    this.wait = EVERY;
    page.addController(this);
    this.shown = () => this.on && !document.hidden && this.#soon(0);
  }

  hostConnected() {
    document.addEventListener('visibilitychange', this.shown);
  }

  hostDisconnected() {
    document.removeEventListener('visibilitychange', this.shown);
    this.#stop();
  }

  toggle() {
    if (this.on) {
      this.#stop();
      return;
    }
    this.on = true;
    this.wait = EVERY;
    this.#soon(0);
  }

  #stop() {
    this.on = false;
    this.problem = null;
    clearTimeout(this.timer);
  }

  #soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.#ask(), wait);
  }

  async #ask() {
    const { page } = this;
    if (!this.on || document.hidden) {
      return;
    }
    if (page.sort === 'time' && !page.busy && !page.query.end_time) {
      const { key } = page;
      try {
        const found = await page.fetchPage(page.pageQuery(PAGE), page.running.signal);
        if (this.on && key === page.key) {
          this.#merge(found);
        }
        this.problem = null;
        this.wait = EVERY;
      } catch (failure) {
        this.problem = failure;
        this.wait = Math.min(AT_MOST_EVERY, this.wait * 2);
      }
      page.requestUpdate();
    }
    if (this.on) {
      this.#soon(this.wait);
    }
  }

  #merge(found) {
    const { page } = this;
    const idOf = (item) => item.trace_id + (item.span_id ?? '');
    const known = new Map(page.items.map((item) => [idOf(item), item]));
    const added = found.data.filter((item) => !known.has(idOf(item)));
    if (added.length === found.data.length && page.items.length > 0 && added.length === PAGE) {
      // More items arrived than fit on one page. Those in between are unknown, so the list starts over.
      page.items = found.data;
      page.next = found.next_cursor ? { cursor: found.next_cursor } : null;
      page.selected = -1;
      page.recount();
      return;
    }
    const current = new Map(found.data.map((item) => [idOf(item), item]));
    const items = page.items.map((item) => current.get(idOf(item)) ?? item);
    if (added.length > 0) {
      // An item that arrived late belongs where its time puts it.
      const timeOf = (item) => item.created_at ?? item.start_time;
      page.items = [...added, ...items].sort((a, b) => (timeOf(a) < timeOf(b) ? 1 : timeOf(a) > timeOf(b) ? -1 : 0));
      page.recount();
      page.fresh = new Set(added.map((item) => item.trace_id));
      if (page.selected >= 0) {
        page.selected += added.length;
      }
      const scroller = page.querySelector('.rows');
      if (scroller?.scrollTop > 0) {
        const grown = added.length * page.rowHeight;
        page.updateComplete.then(() => (scroller.scrollTop += grown));
      }
    } else {
      page.items = items;
    }
  }
}
