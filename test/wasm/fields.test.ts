// The structures that TypeScript writes and kernels read are declared twice: here they are compared.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  convFields,
  layerEvents,
  layerFields,
  poolFields,
  requantizerFields,
} from '../../src/wasm/fields.ts';
import { root } from '../support/mars.ts';

/** Names and types of the fields of a class in src/wasm/assembly. */
function fieldsOf(file: string): readonly (readonly [name: string, type: string])[] {
  const text = readFileSync(join(root, 'src/wasm/assembly', file), 'utf8');
  const body = /@unmanaged\nexport class \w+ \{([^}]*)\}/.exec(text)?.[1] ?? '';
  return [...body.matchAll(/^ {2}(\w+): (\w+);$/gm)].map(([, name, type]) => [name!, type!]);
}

describe('fields of kernels', () => {
  it.each([
    ['layer.ts', layerFields, layerEvents],
    ['requantize.ts', requantizerFields, []],
    ['pool.ts', poolFields, []],
    ['convolve.ts', convFields, []],
  ] as const)('%s has those of TypeScript in their order', (file, words, events) => {
    const fields = fieldsOf(file);

    expect(fields.map(([name]) => name)).toEqual([...words, ...events]);
    const types = fields.map(([, type]) => type);
    const wide = types.slice(words.length);
    for (const type of types.slice(0, words.length))
      expect(['i32', 'u32', 'usize']).toContain(type);
    expect(wide).toEqual(events.map(() => 'u64'));
  });
});
