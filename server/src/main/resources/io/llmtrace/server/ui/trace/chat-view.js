import { html, nothing } from 'lit';
import { View } from '../view.js';
import { bytes, count, plural } from '../format.js';
import { parsed } from './json-view.js';
import { holdsWords } from './words.js';
import './text-view.js';

const EARLIER = 40;
const FOLDED_RESULT = 600;
const FOLDED_SYSTEM = 400;

/** Images that the message itself contains, so that showing them sends no request. */
const INLINE_IMAGE = /^data:image\/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=\s]+$/;

/**
 * A conversation: messages as Markdown, tool calls and results collapsed if they are long.
 *
 * messages: see chat.js
 * highlights: findings by message, see findings.js
 * recent: how many messages to show at first; a button shows earlier ones
 */
class ChatView extends View {
  static properties = {
    messages: { attribute: false },
    highlights: { attribute: false },
    recent: { type: Number },
    label: {},
  };

  constructor() {
    super();
    this.messages = [];
    this.highlights = new Map();
    this.recent = EARLIER;
  }

  willUpdate(changed) {
    if (changed.has('messages')) {
      // The last message with searched words is shown, however far up.
      const found = this.messages.findLastIndex((message) => message.parts.some(hasWords));
      this.recent = found < 0 ? this.recent : Math.max(this.recent, this.messages.length - found);
    }
  }

  render() {
    const hidden = Math.max(0, this.messages.length - this.recent);
    return html`${
      hidden > 0
        ? html`<p class="more">
            <button class="pill" @click=${() => (this.recent += 100)}>
              Show ${count(Math.min(100, hidden))} earlier of ${plural(this.messages.length, 'message')}
            </button>
          </p>`
        : nothing
    }
    ${this.messages.slice(hidden).map((message) => this.#message(message))}`;
  }

  #message(message) {
    const highlight = this.highlights.get(message);
    const text = message.parts.map((part) => part.text ?? '').join('');
    const folds =
      /system|developer/.test(message.role) &&
      text.length > FOLDED_SYSTEM &&
      !highlight &&
      !message.parts.some(hasWords);
    const calls = message.parts.filter((part) => part.type === 'tool_call').length;
    const notes = [
      message.finish_reason,
      calls > 0 && !message.finish_reason ? plural(calls, 'tool call') : null,
    ].filter(Boolean);
    const parts =
      message.parts.length > 0
        ? message.parts.map((part) => this.#part(part, highlight?.marks ?? []))
        : html`<span class="dim">Empty message</span>`;
    const body = html`<div class="body">${parts}</div>`;
    const role = html`<span class="role">${message.role}${message.name ? ` · ${message.name}` : ''}</span>`;
    const tags = (highlight?.findings ?? []).map(
      (finding) =>
        html`<span class=${`tag ${severe(finding) ? 'sec' : ''}`}>${finding.finding_type.replaceAll('_', ' ')}</span>`,
    );
    if (folds) {
      return html`<details class=${`msg ${roleClass(message.role)}`}>
        <summary>${role}<span class="link">Show ${count(text.length)} characters</span></summary>
        ${body}
      </details>`;
    }
    return html`<article class=${`msg ${roleClass(message.role)} ${highlight ? 'found' : ''}`}>
      <header>${role}${tags}<span class="grow"></span><span>${notes.join(' · ')}</span></header>
      ${body}
    </article>`;
  }

  #part(part, marks) {
    switch (part.type) {
      case 'text':
        return html`<lt-text .text=${part.text ?? ''} .marks=${marks}></lt-text>`;
      case 'reasoning':
        return html`<details class="part" ?open=${hasWords(part)}>
          <summary>Reasoning <span class="dim">${bytes((part.text ?? '').length)}</span></summary>
          <lt-text .text=${part.text ?? ''} .marks=${marks}></lt-text>
        </details>`;
      case 'tool_call':
        return html`<details class="part call" ?open=${sizeOf(part.arguments) < FOLDED_RESULT || hasWords(part)}>
          <summary>
            <code>${part.name}</code> <span class="dim">called with ${bytes(sizeOf(part.arguments))}</span>
          </summary>
          ${value(part.arguments, marks)}
        </details>`;
      case 'tool_result':
        return html`<details
          class="part result"
          ?open=${sizeOf(part.result) < FOLDED_RESULT || marks.length > 0 || hasWords(part)}
        >
          <summary>
            <code>${part.name ?? 'result'}</code> <span class="dim">returned ${bytes(sizeOf(part.result))}</span>
          </summary>
          ${value(part.result, marks)}
        </details>`;
      case 'image':
        return image(part);
      default:
        return value(part.text ?? part, marks);
    }
  }
}

const hasWords = (part) => holdsWords([part.text, part.arguments, part.result]);

const severe = (finding) => ['Medium', 'High', 'Critical'].includes(finding.severity);

function roleClass(role) {
  if (/user|human|input/.test(role)) {
    return 'user';
  }
  return /tool|function/.test(role) ? 'tool' : /assistant|model|output|ai/.test(role) ? 'assistant' : 'system';
}

const sizeOf = (content) =>
  content === undefined || content === null
    ? 0
    : typeof content === 'string'
      ? content.length
      : JSON.stringify(content).length;

/** Shows JSON as a tree, anything else as text. */
export function value(content, marks = []) {
  const json = typeof content === 'object' ? content : parsed(content);
  return json === undefined || json === null
    ? html`<lt-text
        .text=${content === undefined || content === null ? '' : String(content)}
        .marks=${marks}
        plain
      ></lt-text>`
    : html`<lt-json .value=${json} open></lt-json>`;
}

/** Shows only images that the message contains: loading one from a site would tell it who is reading. */
function image(part) {
  if (INLINE_IMAGE.test(part.url ?? '')) {
    return html`<img class="inline" src=${part.url} alt="Image in the message" />`;
  }
  const source = /^https?:\/\//i.test(part.url ?? '')
    ? html`<a href=${part.url} target="_blank" rel="noopener noreferrer nofollow">${part.url}</a>`
    : html`<code>${(part.url ?? '').slice(0, 120) || 'no URL'}</code>`;
  return html`<p class="picture">▧ Image${part.mime_type ? ` (${part.mime_type})` : ''}, not loaded: ${source}</p>`;
}

customElements.define('lt-chat', ChatView);
