// Walks over graphs, whatever their nodes are: those of a network, fused layers, layers in integers.

import { assert, CimError } from '../core/errors.ts';

/** What a walk needs to know of a node. */
export interface Reader {
  readonly name: string;
  /** Names of the nodes, or inputs of the graph, whose values it reads, in order. */
  readonly inputs: readonly string[];
}

/** Nodes in the order they run: each reads what comes before it. */
export interface NodeList<N extends Reader> {
  /** For errors. */
  readonly name: string;
  readonly nodes: readonly N[];
}

/** A node that is about to be visited, and the values of what it reads. */
export interface Step<N, T> {
  readonly node: N;
  readonly inputs: readonly T[];
}

/**
 * Visits the nodes of `graph` in order, each with the values of what it reads, and gives the value of every node and
 * input, by name.
 * @param inputs values of the graph's inputs
 * @param visit gives the value of a node
 * @param release called with each value once its last reader has been visited; the result is without it. Where `visit`
 * throws, it is called with all values that are left. Values that no node reads stay in the result
 * @throws {CimError} (network) as {@link checkOrder}
 */
export function foldGraph<N extends Reader, T>(
  graph: NodeList<N>,
  inputs: ReadonlyMap<string, T>,
  visit: (node: N, inputs: readonly T[], index: number) => T,
  release?: (value: T) => void,
): ReadonlyMap<string, T> {
  const steps = walkGraph(graph, inputs, visit, release);
  for (;;) {
    const step = steps.next();
    if (step.done) return step.value;
  }
}

/** {@link foldGraph} in steps: a node is visited when the step after it is asked for. */
export function* walkGraph<N extends Reader, T>(
  graph: NodeList<N>,
  inputs: ReadonlyMap<string, T>,
  visit: (node: N, inputs: readonly T[], index: number) => T,
  release?: (value: T) => void,
): Generator<Step<N, T>, ReadonlyMap<string, T>, void> {
  checkOrder(graph, [...inputs.keys()]);
  const values = new Map(inputs);
  const done = release ? readByLast(graph.nodes) : undefined;
  try {
    for (const [index, node] of graph.nodes.entries()) {
      const read = node.inputs.map((name) => valueOf(values, name));
      yield { node, inputs: read };
      values.set(node.name, visit(node, read, index));
      for (const name of done?.[index] ?? []) {
        release?.(valueOf(values, name));
        values.delete(name);
      }
    }
    return values;
  } catch (error) {
    if (release) for (const value of values.values()) release(value);
    throw error;
  }
}

/** Index of the last node that reads each value, by name; values that no node reads are missing. */
export const lastReaders = (nodes: readonly Reader[]): ReadonlyMap<string, number> =>
  new Map(nodes.flatMap(({ inputs }, index) => inputs.map((name) => [name, index] as const)));

/**
 * Checks that every node has a name of its own and reads inputs of the graph or nodes before it.
 * @param inputs names of the graph's inputs
 * @throws {CimError} (network) naming the node with a name that is taken, with an input that nothing makes, or that waits for
 * itself
 */
export function checkOrder(graph: NodeList<Reader>, inputs: readonly string[]): void {
  const known = new Set(inputs);
  for (const { name, inputs: read } of graph.nodes) {
    const where = [graph.name, name];
    if (known.has(name))
      throw new CimError('network', {
        what: 'two layers have this name',
        where,
        todo: 'give each layer its own',
      });
    const missing = read.find((one) => !known.has(one));
    if (missing !== undefined) throw missingInput(graph, name, missing);
    known.add(name);
  }
}

function missingInput(graph: NodeList<Reader>, name: string, input: string): CimError {
  const where = [graph.name, name];
  const what = `reads "${input}", which no earlier layer makes`;
  const trail = cycleThrough(graph.nodes, name, input);
  if (trail)
    return new CimError('network', { what: `waits for itself: ${trail.join(' > ')}`, where });
  const exists = graph.nodes.some((node) => node.name === input);
  return new CimError('network', {
    what,
    where,
    todo: exists ? `list it behind "${input}"` : undefined,
  });
}

/** From node `name`, which reads `input`, on to itself again, each reading the next; undefined where no such way exists. */
function cycleThrough(
  nodes: readonly Reader[],
  name: string,
  input: string,
): readonly string[] | undefined {
  const byName = new Map(nodes.map((node) => [node.name, node]));
  // Who was seen to read each value first. Without recursion: a chain may be thousands of nodes long.
  const readers = new Map([[input, name]]);
  const open = [input];
  for (let value = open.pop(); value !== undefined && value !== name; value = open.pop())
    for (const next of byName.get(value)?.inputs ?? [])
      if (!readers.has(next)) {
        readers.set(next, value);
        open.push(next);
      }
  if (!readers.has(name)) return undefined;
  const back = [name];
  do back.push(readers.get(back.at(-1) as string) as string);
  while (back.at(-1) !== name);
  return back.toReversed();
}

function readByLast(nodes: readonly Reader[]): readonly (readonly string[])[] {
  const names = nodes.map((): string[] => []);
  for (const [name, index] of lastReaders(nodes)) names[index]?.push(name);
  return names;
}

function valueOf<T>(values: ReadonlyMap<string, T>, name: string): T {
  assert(values.has(name), `value of ${name}`);
  return values.get(name) as T;
}
