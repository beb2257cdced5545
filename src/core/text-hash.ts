// A short name for a text: the same text has the same name on every machine. No protection against someone who forges.

import { pcg } from './random.ts';

/** 64 bits that follow from the text alone, as 16 hexadecimal digits. */
export function textHash(text: string): string {
  let first = 0x811c9dc5;
  let second = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    first = pcg((first ^ unit) >>> 0);
    second = pcg((second + Math.imul(unit + 1, 0x85ebca6b)) >>> 0);
  }
  return [first, second].map((word) => word.toString(16).padStart(8, '0')).join('');
}
