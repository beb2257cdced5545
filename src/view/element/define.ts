// `mars-cim/element/define`: registers `<mars-chip>`; without a DOM, does nothing.

import { MarsChip } from './mars-chip.ts';

declare global {
  interface HTMLElementTagNameMap {
    'mars-chip': MarsChip;
  }
}

if (typeof customElements !== 'undefined' && customElements.get('mars-chip') === undefined)
  customElements.define('mars-chip', MarsChip);

export { MarsChip };
