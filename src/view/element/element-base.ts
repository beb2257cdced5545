// HTMLElement where there is one, and a plain object's class elsewhere, so that the element can be imported on a server.

import type { SettingProperties } from './setting-properties.ts';

/**
 * What the element is built on, with the properties that `reflectProperties` gives to it; without a DOM it can be imported
 * and named, not used.
 */
export const ElementBase: new () => HTMLElement & SettingProperties = (
  typeof HTMLElement === 'undefined' ? Object : HTMLElement
) as new () => HTMLElement & SettingProperties;
