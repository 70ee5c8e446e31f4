import { html, nothing } from 'lit';
import { View, preference } from './view.js';
import { changes, go, parameters, path, urlOf } from './location.js';
import { HELP, Keys } from './keys.js';
import './list/time-menu.js';
import './list/list-page.js';
import { lastList } from './list/state.js';

const NAV = [
  { path: '/', label: 'Traces', owns: (at) => at === '/' || at.startsWith('/traces/') },
  { path: '/sessions', label: 'Sessions', owns: (at) => at === '/sessions' },
  { path: '/dashboard', label: 'Dashboard', owns: (at) => at === '/dashboard' },
  { path: '/security', label: 'Security', owns: (at) => at === '/security' },
];

/** The list is loaded with the page, the other pages when they are opened. */
const LOADERS = {
  '/sessions': () => import('./overview/sessions-page.js'),
  '/dashboard': () => import('./overview/dashboard-page.js'),
  '/security': () => import('./overview/security-page.js'),
  trace: () => import('./trace/trace-page.js'),
};

class App extends View {
  static properties = { at: { state: true }, failed: { state: true } };

  constructor() {
    super();
    this.at = path();
    this.failed = null;
    new Keys(this, {
      '?': () => this.querySelector('dialog.help').showModal(),
      g: () => go(lastList.url),
      d: () => go(this.#link('/dashboard')),
    });
    changes.addEventListener('change', () => this.#moved());
    this.#load();
  }

  #moved() {
    const moved = this.at !== path();
    this.at = path();
    this.#load();
    this.requestUpdate();
    if (moved) {
      // Keyboard and screen reader start at the top of the new page, as after a full page load.
      this.updateComplete.then(() => this.querySelector('main')?.focus({ preventScroll: true }));
    }
  }

  #load() {
    const loader = LOADERS[this.at.startsWith('/traces/') ? 'trace' : this.at];
    loader?.().then(
      () => (this.failed = null),
      () => (this.failed = 'Part of this page could not be loaded. Is llmtrace still running?'),
    );
  }

  /** Returns the link to a page. It keeps the time range but not the filters. */
  #link(target) {
    if (target === '/' && path() !== '/') {
      return lastList.url;
    }
    const kept = [...parameters()].filter(([name]) => ['time', 'start_time', 'end_time'].includes(name));
    return urlOf(target, kept);
  }

  #theme() {
    const dark = document.documentElement.dataset.theme
      ? document.documentElement.dataset.theme === 'dark'
      : matchMedia('(prefers-color-scheme: dark)').matches;
    document.documentElement.dataset.theme = dark ? 'light' : 'dark';
    preference.set('theme', document.documentElement.dataset.theme);
    window.dispatchEvent(new Event('theme'));
  }

  render() {
    return html`
      <a class="skip" href="#content" @click=${this.#skip}>Skip to content</a>
      <header class="top">
        <a class="logo" href=${this.#link('/')} aria-label="llmtrace, trace list">llm<i>trace</i></a>
        <nav aria-label="Pages">
          ${NAV.map(
            (entry) =>
              html`<a
                href=${this.#link(entry.path)}
                class=${entry.owns(this.at) ? 'on' : ''}
                aria-current=${entry.owns(this.at) ? 'page' : 'false'}
                >${entry.label}</a
              >`,
          )}
        </nav>
        <span class="grow"></span>
        ${this.at.startsWith('/traces/') ? nothing : html`<lt-time-menu></lt-time-menu>`}
        <button
          class="pill icon"
          @click=${() => this.#theme()}
          aria-label="Toggle light and dark theme"
          title="Toggle light and dark theme"
        >
          ◐
        </button>
        <button
          class="pill icon wide-only"
          @click=${() => this.querySelector('dialog.help').showModal()}
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
        >
          ?
        </button>
      </header>
      <main id="content" tabindex="-1">
        ${this.failed ? html`<div class="state" role="alert"><h2>${this.failed}</h2></div>` : this.#page()}
      </main>
      ${this.#help()}
    `;
  }

  #skip(event) {
    event.preventDefault();
    document.getElementById('content').focus();
  }

  #page() {
    if (this.at.startsWith('/traces/')) {
      return html`<lt-trace-page></lt-trace-page>`;
    }
    switch (this.at) {
      case '/sessions':
        return html`<lt-sessions-page></lt-sessions-page>`;
      case '/dashboard':
        return html`<lt-dashboard-page></lt-dashboard-page>`;
      case '/security':
        return html`<lt-security-page></lt-security-page>`;
      default:
        return html`<lt-list-page></lt-list-page>`;
    }
  }

  #help() {
    return html`<dialog
      class="help"
      aria-labelledby="help-title"
      @click=${(e) => e.target === e.currentTarget && e.target.close()}
    >
      <form method="dialog">
        <h2 id="help-title">Keyboard shortcuts</h2>
        <div class="help-columns">
          ${HELP.map(
            ([title, keys]) =>
              html`<section>
                <h3>${title}</h3>
                <dl>
                  ${keys.map(
                    ([key, action]) =>
                      html`<div>
                        <dt>${key.split(' ').map((each) => html`<kbd>${each}</kbd> `)}</dt>
                        <dd>${action}</dd>
                      </div>`,
                  )}
                </dl>
              </section>`,
          )}
        </div>
        <p class="dim">
          In the search box, <code>model:gpt-4o</code>, <code>user:ann</code> and <code>env=prod</code> (a tag) become
          filters. Everything else is searched for in prompts, responses, tools, errors and findings.
        </p>
        <p><a href=${urlOf('/docs')}>API reference</a></p>
        <button class="pill" autofocus>Close</button>
      </form>
    </dialog>`;
  }
}

customElements.define('lt-app', App);
