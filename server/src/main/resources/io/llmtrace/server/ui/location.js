/** The address bar is the state of the page: components read it, and change it by `go`. */
export const changes = new EventTarget();

export const path = () => location.pathname;
export const parameters = () => new URLSearchParams(location.search);

function moved() {
  changes.dispatchEvent(new Event('change'));
}

/** `replace` for what the back button need not undo, such as each step of a selection. */
export function go(url, { replace = false } = {}) {
  if (url === location.pathname + location.search) {
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  moved();
}

/** Sets parameters; null removes one. */
export function change(values, options) {
  const next = parameters();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') {
      next.delete(name);
    } else {
      next.set(name, value);
    }
  }
  go(urlOf(location.pathname, next), options);
}

export function urlOf(pathname, search) {
  const text = new URLSearchParams(search).toString();
  return text ? `${pathname}?${text}` : pathname;
}

export const traceUrl = (traceId, spanId) =>
  urlOf(`/traces/${encodeURIComponent(traceId)}`, spanId ? { span: spanId } : {});

const PAGES = /^\/($|traces\/|sessions$|dashboard$|security$)/;

window.addEventListener('popstate', moved);

// Links between pages stay in this document; with a modifier key they open as the browser does it.
document.addEventListener('click', (event) => {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) {
    return;
  }
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.hasAttribute('href'));
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || !PAGES.test(link.pathname)) {
    return;
  }
  event.preventDefault();
  go(link.pathname + link.search);
});
