// Text of elements, in a document that only remembers what it is told: browsers are for what they draw.

import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

/** By a name that the compiler does not follow: Node's types have no document. */
const module: string = '../../../src/view/ui/make-element.ts';
type Make = (tag: string, settings?: object, children?: readonly unknown[]) => unknown;
type Set = (element: unknown, text: string) => void;
const { make, makeSvg, setLabel, setText } = (await import(module)) as {
  make: Make;
  makeSvg: (tag: string, attributes: object, text: string) => unknown;
  setLabel: Set;
  setText: Set;
};

class FakeElement {
  textContent = '';
  readonly attributes = new Map<string, string>();
  readonly children: unknown[] = [];
  append(...children: unknown[]): void {
    this.children.push(...children);
  }
  setAttribute(name: string, value: string): void {
    this.attributes.set(name, value);
  }
}

const fake = (element: unknown): FakeElement => element as FakeElement;
const name = 'a\n\u001b[31m\u202e';
const shown = String.raw`a\u000a\u001b[31m\u202e`;

describe('names in the page', () => {
  beforeAll(() => {
    const create = (): FakeElement => new FakeElement();
    vi.stubGlobal('document', { createElement: create, createElementNS: create });
  });
  afterAll(() => {
    vi.unstubAllGlobals();
  });

  it('show their control characters as text, as children and as what is read aloud', () => {
    const child = make('b');
    const attributes = { 'aria-label': name, title: name, value: name };

    const element = fake(make('p', { text: name, attributes }, [name, child]));

    expect(element.textContent).toBe(shown);
    expect(element.children).toEqual([shown, child]);
    expect(Object.fromEntries(element.attributes)).toEqual({
      'aria-label': shown,
      title: shown,
      value: name,
    });
  });

  it('do so in pictures and where they are set later', () => {
    const svg = makeSvg('text', { x: 1 }, name);
    expect(fake(svg).textContent).toBe(shown);

    setText(svg, `${name}${name}`);
    setLabel(svg, name);

    expect(fake(svg).textContent).toBe(shown + shown);
    expect(fake(svg).attributes.get('aria-label')).toBe(shown);
  });
});
