import { html } from 'lit';

/** A button that copies the result of `text()`, which may be a promise, and shows whether it worked. */
export function copyButton(label, text) {
  return html`<button class="pill copy" @click=${(event) => copy(event.currentTarget, label, text)}>${label}</button>`;
}

async function copy(button, label, text) {
  let outcome = 'Copied';
  try {
    await write(await text());
  } catch {
    outcome = 'Copy failed';
  }
  const live = document.createElement('span');
  live.className = 'copied';
  live.setAttribute('role', 'status');
  live.textContent = outcome;
  button.append(live);
  setTimeout(() => live.remove(), 1500);
}

/** Browsers provide `navigator.clipboard` only on localhost and over TLS. */
async function write(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  const area = document.createElement('textarea');
  area.value = text;
  document.body.append(area);
  area.select();
  const copied = document.execCommand('copy');
  area.remove();
  if (!copied) {
    throw new Error('no clipboard');
  }
}
