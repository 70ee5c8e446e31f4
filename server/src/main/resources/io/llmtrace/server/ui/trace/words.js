// Finds the words of a search in the texts of a span, as the server's search finds them: see SearchText in core.

import { html, nothing } from 'lit';

/** Characters of scripts that are written without spaces: each is a word. */
const ALONE = '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';
const WORD = new RegExp(
  `\\p{So}|(?=[\\p{L}\\p{Nd}])${ALONE}|[\\p{L}\\p{Nd}](?:(?!${ALONE})[\\p{L}\\p{Nd}\\p{M}\\u00AD])*`,
  'gu',
);

/** Soft hyphens, variation selectors, and the vowel points of Hebrew and Arabic. */
const IGNORED = /\u00AD|\p{VS}|(?=[\u0591-\u06ED])\p{Mn}/gu;

const normal = (word) => word.normalize('NFKC').replace(IGNORED, '').toLowerCase().replaceAll('i\u0307', 'i');

/** What is searched for: lists of words that follow each other, most of them of one word. */
let searched = [];

/** Sets what is searched for: words, beginnings of words such as `refun*`, and words that follow each other. */
export function searchFor(texts) {
  searched = texts.map((text) =>
    text.split(' ').map((word) => ({ word: word.replace(/\*$/, ''), prefix: word.endsWith('*') })),
  );
}

const fits = ({ word, prefix }, found) => found === word || (prefix && found.startsWith(word));

/** Returns the places {from, to} of what is searched for in a text, in order and without overlaps. */
export function* placesIn(text) {
  if (searched.length === 0) {
    return;
  }
  const longest = Math.max(...searched.map((words) => words.length));
  let last = [];
  let end = 0;
  for (const match of text.matchAll(WORD)) {
    last = [...last.slice(1 - longest || last.length), { word: normal(match[0]), from: match.index }];
    const hit = searched.find(
      (words) =>
        words.length <= last.length && words.every((each, i) => fits(each, last[last.length - words.length + i].word)),
    );
    if (hit) {
      const from = last[last.length - hit.length].from;
      const to = match.index + match[0].length;
      if (from >= end) {
        yield { from, to };
        end = to;
      }
    }
  }
}

/** Returns whether a text, or a text within a JSON value, has something that is searched for. */
export function holdsWords(value) {
  if (searched.length === 0 || value === null || value === undefined) {
    return false;
  }
  return typeof value === 'object'
    ? Object.entries(value).some(([name, item]) => (!Array.isArray(value) && holdsWords(name)) || holdsWords(item))
    : !placesIn(String(value)).next().done;
}

/** Returns a text as a template in which what is searched for is marked. */
export function withMarks(text) {
  const parts = [];
  let end = 0;
  for (const { from, to } of placesIn(text)) {
    parts.push(text.slice(end, from), html`<mark class="word">${text.slice(from, to)}</mark>`);
    end = to;
  }
  return parts.length === 0 ? text : html`${parts}${text.slice(end) || nothing}`;
}

/** Puts `<mark>` around what is searched for in the text below a node. */
export function markWords(root) {
  if (searched.length === 0) {
    return;
  }
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    nodes.push(walker.currentNode);
  }
  for (const node of nodes) {
    for (const { from, to } of [...placesIn(node.data)].reverse()) {
      const found = node.splitText(from);
      found.splitText(to - from);
      const around = document.createElement('mark');
      around.className = 'word';
      found.replaceWith(around);
      around.append(found);
    }
  }
}
