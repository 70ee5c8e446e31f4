import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/**
 * Sets style properties: `<div ${styled({ height: '3px' })}>`. Lit's own styleMap first writes a style attribute, which
 * the page's content security policy forbids.
 */
class Styled extends Directive {
  render() {
    return noChange;
  }

  update(part, [properties]) {
    Object.assign(part.element.style, properties);
    return noChange;
  }
}

export const styled = directive(Styled);
