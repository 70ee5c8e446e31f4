import { noChange } from 'lit';
import { Directive, directive } from 'lit/directive.js';

/**
 * `<div ${styled({ height: '3px' })}>`: sets properties of a style. Lit's own styleMap writes a style attribute at first, which
 * the policy of the page forbids.
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
