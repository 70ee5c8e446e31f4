/** The URL is the state of the page: components read it and set it with `go` and `change`, which this reports. */
export const changes = new EventTarget();

/**
 * The path below which the server is reached, with a slash at the end: `/`, or `/llmtrace/` behind a proxy. This module
 * is at `ui/location.js` there.
 */
export const ROOT = new URL('..', import.meta.url).pathname;

// Browsers load the icon again when the address changes, and a relative URL then leads elsewhere.
const icon = document.querySelector('link[rel=icon]');
icon.setAttribute('href', icon.href);

/** The page's path, such as `/sessions`, without the path below which the server is reached. */
export const path = () => pathOf(location.pathname);

function pathOf(pathname) {
  return pathname.startsWith(ROOT) ? pathname.slice(ROOT.length - 1) : '/';
}

export const parameters = () => new URLSearchParams(location.search);

function moved() {
  changes.dispatchEvent(new Event('change'));
}

/** Opens a URL. With `replace`, the back button skips this step: for moving a selection, for example. */
export function go(url, { replace = false } = {}) {
  if (url === location.pathname + location.search) {
    return;
  }
  history[replace ? 'replaceState' : 'pushState'](null, '', url);
  moved();
}

/** Sets parameters of the URL; null removes one. */
export function change(values, options) {
  const next = parameters();
  for (const [name, value] of Object.entries(values)) {
    if (value === null || value === undefined || value === '') {
      next.delete(name);
    } else {
      next.set(name, value);
    }
  }
  go(urlOf(path(), next), options);
}

/** Returns the URL of a path of this server, such as `/sessions`. */
export function urlOf(at, search = {}) {
  const text = new URLSearchParams(search).toString();
  const pathname = ROOT + at.slice(1);
  return text ? `${pathname}?${text}` : pathname;
}

/** Returns the URL of a trace. `carried` are the filters of the list that it was found in. */
export const traceUrl = (traceId, spanId, carried = {}) =>
  urlOf(`/traces/${encodeURIComponent(traceId)}`, { ...(spanId && { span: spanId }), ...carried });

const PAGES = /^\/($|traces\/|sessions$|dashboard$|security$)/;

window.addEventListener('popstate', moved);

// Links between pages do not load a new document. With a modifier key, they open as the browser would open them.
document.addEventListener('click', (event) => {
  if (
    event.defaultPrevented ||
    event.button !== 0 ||
    event.metaKey ||
    event.ctrlKey ||
    event.shiftKey ||
    event.altKey
  ) {
    return;
  }
  const link = event.composedPath().find((node) => node instanceof HTMLAnchorElement && node.hasAttribute('href'));
  if (
    !link ||
    link.target ||
    link.hasAttribute('download') ||
    link.origin !== location.origin ||
    !link.pathname.startsWith(ROOT) ||
    !PAGES.test(pathOf(link.pathname))
  ) {
    return;
  }
  event.preventDefault();
  go(link.pathname + link.search);
});
