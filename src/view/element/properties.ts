// Properties that are attributes: reading one reads the attribute, setting one sets it.

import type { Reflected } from './setting-properties.ts';

/**
 * Gives `prototype` an accessor for each property. A number is undefined, or its default, where its attribute is
 * absent or no number; null and undefined remove the attribute.
 */
export function reflectProperties(
  prototype: HTMLElement,
  properties: Readonly<Record<string, Reflected>>,
): void {
  for (const [name, { attribute, kind, fallback }] of Object.entries(properties))
    Object.defineProperty(prototype, name, {
      configurable: true,
      enumerable: true,
      get(this: HTMLElement): string | number | undefined {
        const text = this.getAttribute(attribute);
        if (text === null || text.trim() === '') return fallback;
        if (kind === 'text') return text;
        const value = Number(text);
        return Number.isNaN(value) ? fallback : value;
      },
      set(this: HTMLElement, value: string | number | null | undefined): void {
        if (value === null || value === undefined) this.removeAttribute(attribute);
        else this.setAttribute(attribute, String(value));
      },
    });
}

/**
 * Takes over properties that were set before the element was defined, when they still hid the accessors.
 */
export function upgradeProperties(element: HTMLElement, names: readonly string[]): void {
  for (const name of names) {
    if (!Object.hasOwn(element, name)) continue;
    const value: unknown = Reflect.get(element, name);
    Reflect.deleteProperty(element, name);
    Reflect.set(element, name, value);
  }
}
