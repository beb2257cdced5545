// What became of a node of an ONNX graph, in words.

import type { GraphNode } from '../../graph.ts';
import type { Step } from './importer.ts';
import type { Value } from './value.ts';

/** What became of a node, in words. */
export function fate(
  step: Step,
  value: Value | undefined,
  known: {
    readonly left: ReadonlyMap<string, GraphNode>;
    readonly folded: ReadonlyMap<string, string>;
    readonly dropped: ReadonlyMap<string, string>;
  },
): string {
  if (value?.kind === 'constant') return 'a constant';
  if (step.made.length === 0) return 'nothing to compute';
  const words = step.made.map((name) => {
    const node = known.left.get(name);
    if (node) return `${node.op} ${name}`;
    const into = known.folded.get(name);
    if (into !== undefined) return `part of ${into}`;
    return known.dropped.get(name) ?? 'part of what reads it';
  });
  return [...new Set(words)].join(', ');
}
