import { html } from 'lit';

/** A button that copies what `text` gives, now or later, and says so. */
export function copyButton(label, text) {
  return html`<button class="pill copy" @click=${(event) => copy(event.currentTarget, label, text)}>${label}</button>`;
}

async function copy(button, label, text) {
  let said = 'Copied';
  try {
    await write(await text());
  } catch {
    said = 'Not copied';
  }
  const live = document.createElement('span');
  live.className = 'copied';
  live.setAttribute('role', 'status');
  live.textContent = said;
  button.append(live);
  setTimeout(() => live.remove(), 1500);
}

/** Only pages of this machine, or over TLS, get the clipboard itself. */
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
