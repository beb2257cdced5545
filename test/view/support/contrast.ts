// Contrast of the controls of a page, as the browser computes their colours, in states that are forced on them.

import type { CDPSession, Page } from 'puppeteer';

/** How a control is looked at. */
export type ControlState =
  | 'at rest'
  | 'hover'
  | 'focus'
  | 'hover and focus'
  | 'active'
  | 'disabled'
  | 'disabled, hover';

const pseudoClasses: Readonly<Record<ControlState, readonly string[]>> = {
  'at rest': [],
  hover: ['hover'],
  focus: ['focus', 'focus-visible'],
  'hover and focus': ['hover', 'focus', 'focus-visible'],
  active: ['hover', 'active', 'focus'],
  disabled: [],
  'disabled, hover': ['hover'],
};
const states = Object.keys(pseudoClasses) as readonly ControlState[];

/** A control whose text or focus ring is hard to see. */
export interface Faint {
  readonly control: string;
  readonly state: ControlState;
  /** What of it: its text, placeholder, file button or focus ring. */
  readonly what: string;
  readonly contrast: number;
}

/**
 * Finds controls of one kind each, in the page and in shadow roots: `controls` in the page holds them. Colours are
 * painted into a canvas, which knows every notation; layers and opacities are composed as the browser does.
 */
const script = `(() => {
  const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
    .getContext('2d', { willReadFrequently: true });
  const rgba = (color) => {
    context.clearRect(0, 0, 1, 1);
    context.fillStyle = color;
    context.fillRect(0, 0, 1, 1);
    const [red, green, blue, alpha] = context.getImageData(0, 0, 1, 1).data;
    return [red, green, blue, alpha / 255];
  };
  const over = (top, below) => {
    const alpha = top[3] + below[3] * (1 - top[3]);
    if (alpha === 0) return [0, 0, 0, 0];
    return [0, 1, 2].map((i) => (top[i] * top[3] + below[i] * below[3] * (1 - top[3])) / alpha).concat(alpha);
  };
  const parentOf = (one) => one.assignedSlot ?? one.parentElement ?? one.getRootNode().host ?? null;
  const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches;
  /** What is seen of a colour that is painted upon an element's background, or of the background alone. */
  const seen = (element, color) => {
    let layer = color;
    for (let one = element; one; one = parentOf(one)) {
      const style = getComputedStyle(one);
      layer = over(layer, rgba(style.backgroundColor));
      layer = [...layer.slice(0, 3), layer[3] * Number(style.opacity)];
    }
    return over(layer, isDark() ? [18, 18, 18, 1] : [255, 255, 255, 1]);
  };
  const clear = [0, 0, 0, 0];
  const luminance = (color) => [0.2126, 0.7152, 0.0722].reduce((sum, weight, i) => {
    const value = color[i] / 255;
    return sum + weight * (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
  }, 0);
  const contrast = (a, b) => {
    const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y);
    return (light + 0.05) / (dark + 0.05);
  };
  const all = (root) => [...root.querySelectorAll('*')].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  const kindOf = (one) => [
    one.getRootNode().host?.localName ?? '', parentOf(one)?.className ?? '', one.localName, one.type ?? '', one.className,
    ...['role', 'aria-pressed', 'aria-selected', 'aria-invalid'].map((name) => one.getAttribute(name) ?? ''), one.disabled ?? '',
  ].join('|');
  const known = new Set();
  const kinds = new WeakMap();
  globalThis.controls = [];
  const textless = ['checkbox', 'radio', 'range', 'color'];
  return Object.assign(globalThis, {
    findControls: () => {
      globalThis.controls = all(document).filter((one) => {
        if (!one.matches('a[href], button, input, select, textarea, summary, [role=tab], [tabindex="0"]')) return false;
        if (!one.checkVisibility() || one.getClientRects().length === 0 || known.has(kindOf(one))) return false;
        known.add(kindOf(one));
        kinds.set(one, kindOf(one));
        return true;
      });
      return globalThis.controls.length;
    },
    disableControls: () => {
      const changed = globalThis.controls.filter((one) => 'disabled' in one && !one.disabled);
      for (const one of changed) one.disabled = true;
      globalThis.enableControls = () => { for (const one of changed) one.disabled = false; };
    },
    /** Controls that were redrawn meanwhile are looked at anew. */
    forgetLost: () => {
      const lost = globalThis.controls.filter((one) => !one.isConnected);
      for (const one of lost) known.delete(kinds.get(one));
      return lost.length;
    },
    measureControls: () => globalThis.controls.filter((one) => one.isConnected).flatMap((one) => {
      const text = (one.ariaLabel ?? one.textContent ?? '').trim().slice(0, 20);
      const control = one.localName + '.' + one.className + ' ' + (one.name || text);
      const style = getComputedStyle(one);
      const found = [];
      const add = (what, color, element = one, ground = clear) =>
        found.push({ control, what, contrast: contrast(seen(element, over(rgba(color), ground)), seen(element, ground)) });
      const isBox = one.matches('[role=group], [role=application], [role=region], .mars-scroll, canvas, svg');
      if (!isBox && !textless.includes(one.type)) add('text', style.color);
      for (const child of isBox ? [] : one.querySelectorAll('*'))
        if (child.localName !== 'option' && [...child.childNodes].some((node) => node.nodeType === 3 && node.data.trim()))
          add('text', getComputedStyle(child).color, child);
      if (one.placeholder) add('placeholder', getComputedStyle(one, '::placeholder').color);
      if (one.type === 'file') {
        const button = getComputedStyle(one, '::file-selector-button');
        add('file button', button.color, one, rgba(button.backgroundColor));
      }
      const ring = style.outlineStyle;
      const ringContrast = ring === 'none' ? 0
        : contrast(seen(parentOf(one), rgba(style.outlineColor)), seen(parentOf(one), clear));
      found.push({ control, what: 'focus ring', contrast: ring === 'auto' ? 21 : ringContrast });
      return found;
    }),
  }) && undefined;
})()`;

/** Looks at controls that were not seen before, state by state. */
export interface ContrastMeter {
  /**
   * Controls that are on show now and are of no kind that was looked at already, with less than 4.5 : 1 for text and 3 : 1
   * for the ring of the focus (WCAG 2.2, 1.4.3 and 1.4.11). Text of disabled controls is exempt there, but not here.
   */
  faint(): Promise<readonly Faint[]>;
  /** How many were looked at. */
  readonly seen: number;
}

/** Makes a meter for a page. */
export async function openContrastMeter(page: Page): Promise<ContrastMeter> {
  const session = await page.createCDPSession();
  await session.send('DOM.enable');
  await session.send('CSS.enable');
  await page.evaluate(script);
  let seen = 0;
  return {
    get seen() {
      return seen;
    },
    faint: async () => {
      const found: Faint[] = [];
      do {
        const count = Number(await page.evaluate('findControls()'));
        seen += count;
        found.push(...(await measure(page, session, await nodesOf(session, count))));
      } while (Number(await page.evaluate('forgetLost()')) > 0);
      return found;
    },
  };
}

async function measure(
  page: Page,
  session: CDPSession,
  nodes: readonly number[],
): Promise<readonly Faint[]> {
  const found: Faint[] = [];
  for (const value of ['light', 'dark']) {
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value }]);
    for (const state of states) {
      if (state === 'disabled') await page.evaluate('disableControls()');
      await force(session, nodes, pseudoClasses[state]);
      const measured = (await page.evaluate('measureControls()')) as Omit<Faint, 'state'>[];
      for (const one of measured) {
        const isRing = one.what === 'focus ring';
        if (isRing && !state.includes('focus')) continue;
        if (one.contrast < (isRing ? 3 : 4.5))
          found.push({ ...one, control: `${one.control} (${value})`, state });
      }
    }
    await page.evaluate('enableControls()');
  }
  await force(session, nodes, []);
  return found;
}

async function nodesOf(session: CDPSession, count: number): Promise<readonly number[]> {
  await session.send('DOM.getDocument', { depth: 0 });
  const nodes: number[] = [];
  for (let i = 0; i < count; i++) {
    const { result } = await session.send('Runtime.evaluate', { expression: `controls[${i}]` });
    const node = await unlessGone(session.send('DOM.requestNode', { objectId: result.objectId! }));
    if (node) nodes.push(node.nodeId);
  }
  return nodes;
}

async function force(
  session: CDPSession,
  nodes: readonly number[],
  classes: readonly string[],
): Promise<void> {
  const forcedPseudoClasses = [...classes];
  for (const nodeId of nodes)
    await unlessGone(session.send('CSS.forcePseudoState', { nodeId, forcedPseudoClasses }));
}

/** A view that is drawn anew takes its controls away at any time: the meter then looks at the new ones. */
const unlessGone = <T>(answer: Promise<T>): Promise<T | undefined> =>
  answer.catch((error: unknown) => {
    if (/node/i.test(String(error))) return undefined;
    throw error;
  });
