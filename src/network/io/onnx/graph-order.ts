// The nodes that an output of the graph needs, in an order in which they can run: that of the file wherever that is one.

import { CimError } from '../../../core/errors.ts';
import { labelOf } from './importer.ts';
import type { OnnxModel, OnnxNode } from './model.ts';

/**
 * The nodes behind `output`; all others are dead branches.
 * @param known names of values that no node makes: inputs and initializers
 * @param given names of values that are given instead of what a node makes
 * @throws {CimError} (input) naming the node whose input nothing makes, or that waits for itself
 */
export function neededNodes(model: OnnxModel, context: Wanted): readonly OnnxNode[] {
  const { output, known, file } = context;
  const makers = makersOf(model, context);
  if (!makers.has(output) && !known.has(output))
    throw new CimError('input', { what: `nothing makes its output "${output}"`, where: file });
  const needed = new Set<OnnxNode>();
  const open = [output];
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const node = makers.get(name);
    if (!node || needed.has(node)) continue;
    needed.add(node);
    for (const input of node.inputs) {
      if (input === '') continue;
      if (!makers.has(input) && !known.has(input))
        throw new CimError('input', {
          what: `${node.type} reads "${input}", which nothing makes`,
          where: [file, labelOf(node)],
        });
      open.push(input);
    }
  }
  return ordered(
    model.nodes.filter((node) => needed.has(node)),
    { makers, known, file },
  );
}

/** What is wanted of a graph. */
interface Wanted {
  readonly output: string;
  readonly known: ReadonlySet<string>;
  readonly given: ReadonlySet<string>;
  readonly file: string;
}

/** The node that makes each value. */
function makersOf(
  { nodes }: OnnxModel,
  { known, given, file }: Wanted,
): ReadonlyMap<string, OnnxNode> {
  const makers = new Map<string, OnnxNode>();
  for (const node of nodes)
    for (const name of node.outputs) {
      if (name === '' || given.has(name)) continue;
      if (makers.has(name) || known.has(name))
        throw new CimError('input', {
          what: `makes "${name}", which is made elsewhere too`,
          where: [file, labelOf(node)],
        });
      makers.set(name, node);
    }
  return makers;
}

interface Graph {
  readonly makers: ReadonlyMap<string, OnnxNode>;
  readonly known: ReadonlySet<string>;
  readonly file: string;
}

/** Nodes so that each comes behind those whose outputs it reads. */
function ordered(nodes: readonly OnnxNode[], graph: Graph): readonly OnnxNode[] {
  const { makers, known, file } = graph;
  const waits = new Map<OnnxNode, number>();
  const readers = new Map<OnnxNode, OnnxNode[]>();
  for (const node of nodes) {
    const before = new Set(
      node.inputs.flatMap((name) => (known.has(name) ? [] : (makers.get(name) ?? []))),
    );
    waits.set(node, before.size);
    for (const one of before) {
      const list = readers.get(one);
      if (list) list.push(node);
      else readers.set(one, [node]);
    }
  }
  // In the order of the file as long as that is possible.
  const result: OnnxNode[] = [];
  const done = new Set<OnnxNode>();
  const run = (first: OnnxNode): void => {
    const ready = [first];
    for (let node = ready.pop(); node; node = ready.pop()) {
      if (done.has(node)) continue;
      done.add(node);
      result.push(node);
      for (const reader of readers.get(node) ?? []) {
        const left = (waits.get(reader) ?? 0) - 1;
        waits.set(reader, left);
        // One that stood before what it reads was passed already.
        if (left === 0 && passed.has(reader)) ready.push(reader);
      }
    }
  };
  const passed = new Set<OnnxNode>();
  for (const node of nodes) {
    passed.add(node);
    if (waits.get(node) === 0) run(node);
  }
  if (result.length === nodes.length) return result;
  throw waitsForItself(
    nodes.filter((node) => !done.has(node)),
    graph,
    file,
  );
}

function waitsForItself(stuck: readonly OnnxNode[], { makers }: Graph, file: string): CimError {
  // Going back along nodes that are stuck must come by one of them again.
  const trail: OnnxNode[] = [];
  let node = stuck[0];
  while (node && !trail.includes(node) && trail.length < 1000) {
    trail.push(node);
    node = node.inputs
      .map((name) => makers.get(name))
      .find((one): one is OnnxNode => one !== undefined && stuck.includes(one));
  }
  const round = node ? [node, ...trail.slice(trail.indexOf(node)).toReversed()] : trail;
  const names = round.map(labelOf);
  return new CimError('input', {
    what: `waits for itself: ${names.join(' > ')}`,
    where: [file, names[0] ?? ''],
  });
}
