/** Calls of the server. Each takes an AbortSignal; a call that fails throws a Problem. */

const BASE = '/api/v1/';

/** What the server said (RFC 9457), or why it could not be asked. */
export class Problem extends Error {
  constructor(status, title, detail, parameter) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.parameter = parameter;
  }

  /** An older server, or a store that cannot do it. */
  get missing() {
    return this.status === 404 || this.status === 405 || this.status === 501;
  }
}

export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams(parameters).toString();
  let response;
  try {
    response = await fetch(BASE + path + (query ? `?${query}` : ''), { signal, headers: { accept: 'application/json' } });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem(0, 'The server does not answer', 'Is llmtrace still running? The page goes on when it is back.');
  }
  if (!response.ok) {
    throw await problemOf(response);
  }
  return response.json();
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // Not from llmtrace: a proxy in between.
  }
  return new Problem(
    response.status,
    body.title ?? response.statusText ?? `Status ${response.status}`,
    body.detail ?? `The server answered with status ${response.status}.`,
    body.parameter,
  );
}

export const traces = (parameters, signal) => get('traces', parameters, signal);
export const spans = (parameters, signal) => get('outlines', parameters, signal);
export const stats = (signal) => get('stats', {}, signal);

export async function traceSummary(traceId, signal) {
  const page = await get('traces', { trace_id: traceId, limit: 1 }, signal);
  return page.data[0] ?? null;
}

export const span = (traceId, spanId, signal) =>
  get(`spans/${encodeURIComponent(spanId)}`, { trace_id: traceId }, signal);

export const spanUrl = (traceId, spanId) =>
  `${location.origin}${BASE}spans/${encodeURIComponent(spanId)}?trace_id=${encodeURIComponent(traceId)}`;

export const traceApiUrl = (traceId) => `${location.origin}${BASE}traces/${encodeURIComponent(traceId)}`;

/** Of the spans of a trace: most have no more. */
export const FIRST_PAGE = 500;

/** All spans of a trace in pages, the earliest first: `onPage(spans)` for each. */
export async function spansOfTrace(traceId, onPage, signal) {
  let cursor = null;
  do {
    const page = await spans(
      { trace_id: traceId, order: 'oldest_first', limit: cursor ? 4000 : FIRST_PAGE, ...(cursor && { cursor }) },
      signal,
    );
    onPage(page.data);
    cursor = page.next_cursor ?? null;
  } while (cursor);
}

/** What the agents of a trace did and asked for, in the order of time. */
export const actionsOfTrace = (traceId, signal) => get(`traces/${encodeURIComponent(traceId)}/actions`, {}, signal);

/** Aggregates. A server without them answers 404: `Problem.missing`. */
export const timeline = (parameters, signal) => get('analytics/timeline', parameters, signal);
export const top = (parameters, signal) => get('analytics/top', parameters, signal);
export const values = (parameters, signal) => get('analytics/values', parameters, signal);
export const sessions = (parameters, signal) => get('analytics/sessions', parameters, signal);
export const findings = (parameters, signal) => get('analytics/findings', parameters, signal);
export const actions = (parameters, signal) => get('analytics/actions', parameters, signal);
