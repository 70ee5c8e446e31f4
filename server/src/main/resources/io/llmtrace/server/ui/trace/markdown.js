// Renders untrusted Markdown. HTML in it is shown as text, images are named but not loaded, and links are limited to
// http, https and mailto. DOMPurify sanitizes whatever the parser makes of it, and the page's content security policy is
// the last defence.

import { Marked } from 'marked';
import DOMPurify from 'dompurify';

const escape = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const marked = new Marked({
  gfm: true,
  breaks: true,
  renderer: {
    html: ({ text }) => escape(text),
    image: ({ href, text }) => `<span>▧ ${escape(text || 'image')} <code>${escape(href)}</code></span>`,
  },
});

const purifier = DOMPurify(window);
purifier.addHook('afterSanitizeAttributes', (node) => {
  if (node.tagName === 'A') {
    node.setAttribute('target', '_blank');
    node.setAttribute('rel', 'noopener noreferrer nofollow');
  }
  // Headings of a message are not headings of the page: screen readers would list them among its own.
  if (/^H[1-6]$/.test(node.tagName)) {
    node.setAttribute('role', 'presentation');
  }
});

const RULES = {
  ALLOWED_TAGS: [
    ...['p', 'br', 'hr', 'strong', 'em', 'del', 'code', 'pre', 'blockquote', 'ul', 'ol', 'li', 'a', 'span'],
    ...['h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'table', 'thead', 'tbody', 'tr', 'th', 'td'],
  ],
  ALLOWED_ATTR: ['href', 'title', 'start', 'align'],
  ALLOWED_URI_REGEXP: /^(?:https?|mailto):/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_DOM_FRAGMENT: true,
};

export function markdown(text) {
  return purifier.sanitize(marked.parse(text), RULES);
}

/** Puts `<mark>` around each of the texts that lies within a single text node. */
export function mark(root, texts) {
  // Markdown turns each line into a text node of its own.
  const wanted = [...new Set(texts.flatMap((text) => [text, ...text.split('\n')]).map((text) => text.trim()))].filter(
    (text) => text.length > 2,
  );
  if (wanted.length === 0) {
    return;
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
  }
  for (const node of nodes) {
    for (const text of wanted) {
      const at = node.data.indexOf(text);
      if (at >= 0) {
        const found = at > 0 ? node.splitText(at) : node;
        if (text.length < found.data.length) {
          found.splitText(text.length);
        }
        const around = document.createElement('mark');
        found.replaceWith(around);
        around.append(found);
        break;
      }
    }
  }
}
