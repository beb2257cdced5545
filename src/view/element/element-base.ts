// HTMLElement where there is one, and a plain object's class elsewhere, so that the element can be imported on a server.

/** What the element is built on; without a DOM it can be imported and named, not used. */
export const ElementBase: typeof HTMLElement =
  typeof HTMLElement === 'undefined' ? (Object as unknown as typeof HTMLElement) : HTMLElement;
