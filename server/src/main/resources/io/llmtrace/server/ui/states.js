import { html, nothing } from 'lit';
import { change } from './location.js';

/** What stands where the content would be: loading, an error, nothing. Each says what to do. */
export const loading = (what) => html`<div class="state" role="status"><span class="spinner" aria-hidden="true"></span>${what}</div>`;

const TOO_BROAD = new Set([408, 429, 503, 504]);

export function problem(problem, again) {
  const broad = TOO_BROAD.has(problem.status);
  return html`<div class="state" role="alert">
    <h2>${broad ? 'The store could not answer in time' : problem.title}</h2>
    <p>${problem.message}</p>
    ${broad
      ? html`<p>
          Asking for less helps: a shorter time, or one more filter.<br />
          <button class="pill" @click=${() => change({ time: '1h', start_time: null, end_time: null })}>Last hour</button>
          <button class="pill" @click=${() => change({ time: null, start_time: null, end_time: null })}>Last 24 hours</button>
        </p>`
      : nothing}
    <button class="pill" @click=${again}>Try again</button>
  </div>`;
}

export const missing = (what) => html`<div class="state" role="status">
  <h2>${what} cannot be shown</h2>
  <p>This llmtrace server has no <code>/api/v1/analytics</code>. A newer version has.</p>
</div>`;
