import { html, nothing } from 'lit';
import { change } from './location.js';

/** Messages in place of the content: loading, an error, or nothing to show. */
export const loading = (what) =>
  html`<div class="state" role="status"><span class="spinner" aria-hidden="true"></span>${what}</div>`;

const TOO_BROAD = new Set([408, 429, 503, 504]);

export function problem(problem, retry) {
  if (problem.status === 400 && problem.parameter === 'text') {
    return html`<div class="state" role="alert">
      <h2>There is no word to search for</h2>
      <p>
        A search finds words of letters and digits, such as <code>refund</code>, their beginnings, such as
        <code>refun*</code>, and emoji. Other signs, such as <code>-&gt;</code> or <code>$</code>, only separate words.
      </p>
      <button class="pill" @click=${() => change({ text: null })}>Remove the text</button>
    </div>`;
  }
  const broad = TOO_BROAD.has(problem.status);
  return html`<div class="state" role="alert">
    <h2>${broad ? 'The query could not be completed in time' : problem.title}</h2>
    <p>${problem.message}</p>
    ${
      broad
        ? html`<p>
            Try a shorter time range or another filter.<br />
            <button class="pill" @click=${() => change({ time: '1h', start_time: null, end_time: null })}>
              Last hour
            </button>
            <button class="pill" @click=${() => change({ time: null, start_time: null, end_time: null })}>
              Last 24 hours
            </button>
          </p>`
        : nothing
    }
    <button class="pill" @click=${retry}>Try again</button>
  </div>`;
}

export const missing = (what) =>
  html`<div class="state" role="status">
    <h2>${what} is not available</h2>
    <p>This server or its store does not support <code>/api/v1/analytics</code>.</p>
  </div>`;
