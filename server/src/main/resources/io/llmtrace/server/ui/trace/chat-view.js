import { html, nothing } from 'lit';
import { View } from '../view.js';
import { bytes, count, plural } from '../format.js';
import { parsed } from './json-view.js';
import './text-view.js';

const EARLIER = 40;
const FOLDED_RESULT = 600;
const FOLDED_SYSTEM = 400;

/** What a browser may show without asking anybody: pictures that came with the message. */
const INLINE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;

/**
 * Messages as people read them: who said it, Markdown, tool calls and results folded.
 *
 * messages: as in chat.js
 * places: from findings.js, by message
 * recent: how many at most; earlier ones stand behind a button
 */
class ChatView extends View {
  static properties = { messages: { attribute: false }, places: { attribute: false }, recent: { type: Number }, label: {} };

  constructor() {
    super();
    this.messages = [];
    this.places = new Map();
    this.recent = EARLIER;
  }

  render() {
    const hidden = Math.max(0, this.messages.length - this.recent);
    return html`${hidden > 0
      ? html`<p class="more"><button class="pill" @click=${() => (this.recent += 100)}>${count(Math.min(100, hidden))} earlier of ${plural(this.messages.length, 'message')}</button></p>`
      : nothing}
    ${this.messages.slice(hidden).map((message) => this.#message(message))}`;
  }

  #message(message) {
    const place = this.places.get(message);
    const text = message.parts.map((part) => part.text ?? '').join('');
    const folds = /system|developer/.test(message.role) && text.length > FOLDED_SYSTEM && !place;
    const calls = message.parts.filter((part) => part.type === 'tool_call').length;
    const notes = [message.finish_reason, calls > 0 && !message.finish_reason ? plural(calls, 'tool call') : null].filter(Boolean);
    const body = html`<div class="body">${message.parts.map((part) => this.#part(part, place?.marks ?? []))}${message.parts.length === 0 ? html`<span class="dim">empty</span>` : nothing}</div>`;
    const role = html`<span class="role">${message.role}${message.name ? ` · ${message.name}` : ''}</span>`;
    const tags = (place?.findings ?? []).map(
      (finding) => html`<span class=${`tag ${severe(finding) ? 'sec' : ''}`}>${finding.finding_type.replaceAll('_', ' ')}</span>`,
    );
    if (folds) {
      return html`<details class=${`msg ${roleClass(message.role)}`}>
        <summary>${role}<span class="link">show ${count(text.length)} characters</span></summary>
        ${body}
      </details>`;
    }
    return html`<article class=${`msg ${roleClass(message.role)} ${place ? 'found' : ''}`}>
      <header>${role}${tags}<span class="grow"></span><span>${notes.join(' · ')}</span></header>
      ${body}
    </article>`;
  }

  #part(part, marks) {
    switch (part.type) {
      case 'text':
        return html`<lt-text .text=${part.text ?? ''} .marks=${marks}></lt-text>`;
      case 'reasoning':
        return html`<details class="part"><summary>Reasoning <span class="dim">${bytes((part.text ?? '').length)}</span></summary><lt-text .text=${part.text ?? ''} .marks=${marks}></lt-text></details>`;
      case 'tool_call':
        return html`<details class="part call" ?open=${sizeOf(part.arguments) < FOLDED_RESULT}>
          <summary><code>${part.name}</code> <span class="dim">called with ${bytes(sizeOf(part.arguments))}</span></summary>
          ${value(part.arguments, marks)}
        </details>`;
      case 'tool_result':
        return html`<details class="part result" ?open=${sizeOf(part.result) < FOLDED_RESULT || marks.length > 0}>
          <summary><code>${part.name ?? 'result'}</code> <span class="dim">returned ${bytes(sizeOf(part.result))}</span></summary>
          ${value(part.result, marks)}
        </details>`;
      case 'image':
        return image(part);
      default:
        return part.value === undefined ? value(part.text ?? part, marks) : html`<lt-json .value=${part.value} open></lt-json>`;
    }
  }
}

const severe = (finding) => ['Medium', 'High', 'Critical'].includes(finding.severity);

function roleClass(role) {
  if (/user|human|input/.test(role)) {
    return 'user';
  }
  return /tool|function/.test(role) ? 'tool' : /assistant|model|output|ai/.test(role) ? 'assistant' : 'system';
}

const sizeOf = (content) => (content === undefined || content === null ? 0 : typeof content === 'string' ? content.length : JSON.stringify(content).length);

/** JSON where it is JSON, else text. */
export function value(content, marks = []) {
  const json = typeof content === 'object' ? content : parsed(content);
  return json === undefined || json === null
    ? html`<lt-text .text=${content === undefined || content === null ? '' : String(content)} .marks=${marks} plain></lt-text>`
    : html`<lt-json .value=${json} open></lt-json>`;
}

/** Only what came with the message: a picture elsewhere would tell its site who reads this. */
function image(part) {
  if (INLINE_IMAGE.test(part.url ?? '')) {
    return html`<img class="inline" src=${part.url} alt="Picture in the message" />`;
  }
  const elsewhere = /^https?:\/\//i.test(part.url ?? '');
  return html`<p class="picture">
    ▧ Picture${part.mime_type ? ` (${part.mime_type})` : ''}, not loaded:
    ${elsewhere ? html`<a href=${part.url} target="_blank" rel="noopener noreferrer nofollow">${part.url}</a>` : html`<code>${(part.url ?? '').slice(0, 120) || 'no address'}</code>`}
  </p>`;
}

customElements.define('lt-chat', ChatView);
