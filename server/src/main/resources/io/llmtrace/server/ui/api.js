/** The server's API. Every call takes an AbortSignal and throws a Problem when it fails. */

import { urlOf } from './location.js';

const API = '/api/v1/';

/** The session of a proxy that asks users to sign in ends while the page is open. */
const ELSEWHERE = 'A proxy answered instead of llmtrace. Reload the page: you may have to sign in again.';

/** An error as the server reports it (RFC 9457). Status 0: the server could not be reached. */
export class Problem extends Error {
  constructor(status, title, detail, parameter) {
    super(detail || title);
    this.status = status;
    this.title = title;
    this.parameter = parameter;
  }

  /** Whether the server is too old for the call, or its store does not support it. */
  get missing() {
    return this.status === 404 || this.status === 405 || this.status === 501;
  }
}

async function get(path, parameters = {}, signal = undefined) {
  let response;
  try {
    response = await fetch(urlOf(API + path, parameters), {
      signal,
      headers: { accept: 'application/json' },
      redirect: 'manual',
    });
  } catch (failure) {
    if (failure.name === 'AbortError') {
      throw failure;
    }
    throw new Problem(0, 'Cannot reach the server', 'Is llmtrace still running?');
  }
  if (response.type === 'opaqueredirect' || (response.ok && !/json/.test(response.headers.get('content-type')))) {
    throw new Problem(response.status, 'This is not an answer of llmtrace', ELSEWHERE);
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
    // Not JSON, so the answer is not from llmtrace but from a proxy.
  }
  return new Problem(
    response.status,
    body.title ?? response.statusText ?? `Status ${response.status}`,
    body.detail ?? `The server returned status ${response.status}.`,
    body.parameter,
  );
}

export const traces = (parameters, signal) => get('traces', parameters, signal);
export const spans = (parameters, signal) => get('outlines', parameters, signal);
export const fields = () => get('fields');

/** Returns the filters in an expression of the filter language, by the names of their parameters. */
export const filtersIn = (expression, signal) =>
  get('filter', { q: expression }, signal).then((answer) => answer.parameters);

/** Returns what an expression searches for: words, beginnings such as `refun*`, and words that follow each other. */
export const wordsIn = (expression, signal) =>
  get('filter', { q: expression }, signal).then((answer) => answer.words ?? []);

/** Returns the traces, spans, sessions and users that have an id, or one that begins so. */
export const lookup = (id, signal) => get('lookup', { id }, signal).then((answer) => answer.data);

export const stats = (signal) => get('stats', {}, signal);

export async function traceSummary(traceId, signal) {
  const page = await get('traces', { trace_id: traceId, limit: 1 }, signal);
  return page.data[0] ?? null;
}

export const span = (traceId, spanId, signal) =>
  get(`spans/${encodeURIComponent(spanId)}`, { trace_id: traceId }, signal);

export const spanUrl = (traceId, spanId) =>
  location.origin + urlOf(`${API}spans/${encodeURIComponent(spanId)}`, { trace_id: traceId });

export const traceApiUrl = (traceId) => location.origin + urlOf(`${API}traces/${encodeURIComponent(traceId)}`);

/** Spans in the first page of a trace. Most traces have no more. */
export const FIRST_PAGE = 500;

/** Reads all spans of a trace, earliest first, and passes each page of them to `onPage`. */
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

/** Returns the actions that the agents of a trace executed or requested, in chronological order. */
export const actionsOfTrace = (traceId, signal) => get(`traces/${encodeURIComponent(traceId)}/actions`, {}, signal);

// Aggregates. A server without them answers 404, see `Problem.missing`.

/** Returns how many `what` (traces or spans) a list has on all pages together: {traces or spans, more}. */
export const countOf = (what, parameters, signal) => get('analytics/count', { ...parameters, what }, signal);

/** Returns how many traces a list has over time, each counted once. */
export const traceTimeline = (parameters, signal) => get('analytics/trace_timeline', parameters, signal);

export const timeline = (parameters, signal) => get('analytics/timeline', parameters, signal);
export const top = (parameters, signal) => get('analytics/top', parameters, signal);
export const values = (parameters, signal) => get('analytics/values', parameters, signal);
export const sessions = (parameters, signal) => get('analytics/sessions', parameters, signal);
export const findings = (parameters, signal) => get('analytics/findings', parameters, signal);
export const actions = (parameters, signal) => get('analytics/actions', parameters, signal);
