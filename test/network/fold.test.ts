import { describe, expect, it } from 'vitest';
import { foldGraph, lastReaders, type Reader, walkGraph } from '../../src/network/fold.ts';
import { caught } from '../support/caught.ts';

const node = (name: string, ...inputs: string[]): Reader => ({ name, inputs });
const graphOf = (...nodes: Reader[]): { name: string; nodes: Reader[] } => ({ name: 'g', nodes });

/** Two ways that meet, one of which reads an input again. */
const diamond = graphOf(
  node('a', 'image'),
  node('b', 'a'),
  node('c', 'a', 'image'),
  node('d', 'b', 'c'),
);

const text = ({ name }: Reader, inputs: readonly string[]): string =>
  `${name}(${inputs.join(',')})`;
const image = new Map([['image', 'i']]);

describe('foldGraph', () => {
  it('visits nodes in order, each with the values that it reads, in order', () => {
    const visited: string[] = [];

    const values = foldGraph(diamond, image, (one, inputs, index) => {
      visited.push(`${index} ${one.name}`);
      return text(one, inputs);
    });

    expect(visited).toEqual(['0 a', '1 b', '2 c', '3 d']);
    expect([...values.keys()]).toEqual(['image', 'a', 'b', 'c', 'd']);
    expect(values.get('d')).toBe('d(b(a(i)),c(a(i),i))');
  });

  it('releases each value once, as soon as its last reader was visited', () => {
    const events: string[] = [];

    const values = foldGraph(
      diamond,
      image,
      (one, inputs) => {
        events.push(one.name);
        return text(one, inputs);
      },
      (value) => events.push(`-${value}`),
    );

    expect(events).toEqual(['a', 'b', 'c', '-i', '-a(i)', 'd', '-b(a(i))', '-c(a(i),i)']);
    expect([...values.keys()]).toEqual(['d']);
  });

  it('keeps values that no node reads', () => {
    const dead = graphOf(node('dead', 'image'), node('out', 'image'));

    const values = foldGraph(dead, image, text, () => {});

    expect([...values.keys()]).toEqual(['dead', 'out']);
  });

  it('releases all that is left where a visit fails', () => {
    const released: string[] = [];
    const run = (): unknown =>
      foldGraph(
        diamond,
        image,
        (one, inputs) => {
          if (one.name === 'c') throw new Error('broken');
          return text(one, inputs);
        },
        (value) => released.push(value),
      );

    expect(run).toThrow('broken');
    expect(released).toEqual(['i', 'a(i)', 'b(a(i))']);
  });

  it('takes values that are undefined', () => {
    const values = foldGraph(
      graphOf(node('a', 'image'), node('b', 'a')),
      new Map<string, undefined>([['image', undefined]]),
      () => undefined,
    );

    expect(values.size).toBe(3);
  });

  it.each<[string, Reader[], string[], string]>([
    [
      'nothing makes',
      [node('a', 'nowhere')],
      ['g', 'a'],
      'reads "nowhere", which no earlier layer makes',
    ],
    [
      'comes later',
      [node('a', 'b'), node('b', 'image')],
      ['g', 'a'],
      'reads "b", which no earlier layer makes; list it behind "b"',
    ],
  ])('names a node that reads what %s', (_, nodes, where, says) => {
    const error = caught(() => foldGraph(graphOf(...nodes), image, text));

    expect(error).toMatchObject({ kind: 'network', where });
    expect(error.message).toBe(`g > a: ${says}`);
  });

  it.each<[Reader[], string]>([
    [[node('a', 'a')], 'g > a: waits for itself: a > a'],
    [
      [node('x', 'image'), node('a', 'x', 'c'), node('b', 'a'), node('c', 'x', 'b')],
      'g > a: waits for itself: a > c > b > a',
    ],
  ])('tells a cycle, node by node: %j', (nodes, says) => {
    expect(caught(() => foldGraph(graphOf(...nodes), image, text)).message).toBe(says);
  });

  it.each([
    ['of another node', [node('a', 'image'), node('a', 'image')]],
    ['of an input', [node('image', 'image')]],
  ])('refuses a node with the name %s', (_, nodes) => {
    expect(caught(() => foldGraph(graphOf(...nodes), image, text)).what).toBe(
      'two layers have this name',
    );
  });

  it('finds a cycle behind a chain of 20000 nodes', () => {
    const chain = Array.from({ length: 20_000 }, (_, i) => node(`n${i}`, `n${i + 1}`));
    const nodes = [...chain, node('n20000', 'n0')];

    expect(caught(() => foldGraph(graphOf(...nodes), image, text)).what).toMatch(
      /^waits for itself: n0 > n1 > /,
    );
  });
});

describe('walkGraph', () => {
  it('visits a node only when the step after it is asked for', () => {
    const visited: string[] = [];
    const steps = walkGraph(diamond, image, (one, inputs) => {
      visited.push(one.name);
      return text(one, inputs);
    });

    const first = steps.next();
    expect(first.value).toMatchObject({ node: { name: 'a' }, inputs: ['i'] });
    expect(visited).toEqual([]);
    steps.next();
    expect(visited).toEqual(['a']);
  });
});

describe('lastReaders', () => {
  it('gives the index of the last node that reads each value', () => {
    expect(Object.fromEntries(lastReaders(diamond.nodes))).toEqual({ image: 2, a: 2, b: 3, c: 3 });
  });
});
