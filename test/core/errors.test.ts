import { receiveMessageOnPort, MessageChannel } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import {
  assert,
  at,
  CimError,
  errorData,
  type ErrorKind,
  errorOf,
  hasKind,
} from '../../src/core/errors.ts';

describe('CimError', () => {
  it('says where, what and what to do, in one line', () => {
    const error = new CimError('network', {
      what: 'has 3 bias, needs 4',
      where: ['mnist-cnn', 'conv2'],
      todo: 'give each kernel one',
    });

    expect(error.message).toBe('mnist-cnn > conv2: has 3 bias, needs 4; give each kernel one');
  });

  it('leaves out what it is not told', () => {
    const message = (parts: ConstructorParameters<typeof CimError>[1]): string =>
      new CimError('input', parts).message;

    expect(message({ what: 'stopped' })).toBe('stopped');
    expect(message({ what: 'is empty', where: 'a.idx' })).toBe('a.idx: is empty');
    expect(message({ what: 'is empty', where: [] })).toBe('is empty');
    expect(message({ what: 'no', todo: 'try again' })).toBe('no; try again');
  });

  it('keeps its parts and its cause', () => {
    const cause = new Error('disk');
    const parts = { what: 'unreadable', where: 'a.json', todo: 'copy it', cause };

    const error = new CimError('input', parts);

    expect(error).toMatchObject({ ...parts, kind: 'input', where: ['a.json'] });
  });

  it('has its own name, and is told apart by its kind', () => {
    const error = new CimError('memory', { what: 'wrong' });

    expect(String(error)).toBe('CimError: wrong');
    expect(hasKind(error, 'memory')).toBe(true);
    expect(hasKind(error, 'simulation')).toBe(false);
    expect(hasKind(new Error('wrong'), 'memory')).toBe(false);
    expect(hasKind({ kind: 'memory' }, 'memory')).toBe(false);
  });
});

/** What a worker, a page or another process makes of it. */
const crossings: Readonly<Record<string, <T>(value: T) => T>> = {
  'a structured clone': structuredClone,
  'a message port': throughPort,
  JSON: <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T,
};

/** Sent from one end of a channel and taken at the other, as from a worker. */
function throughPort<T>(value: T): T {
  const { port1, port2 } = new MessageChannel();
  port1.postMessage(value);
  const received = receiveMessageOnPort(port2) as { readonly message: T };
  port1.close();
  return received.message;
}

describe.each(Object.entries(crossings))('an error through %s', (_, cross) => {
  const kinds: readonly ErrorKind[] = [
    'usage',
    'input',
    'missingData',
    'network',
    'compress',
    'chip',
    'mapping',
    'simulation',
    'memory',
    'training',
    'environment',
    'cancelled',
  ];

  it.each(kinds)('of kind %s keeps kind, message and parts', (kind) => {
    const parts = { what: 'wrong', where: ['net', 'conv1', 'tile 3'], todo: 'mend it' };
    const error = new CimError(kind, { ...parts, cause: new Error('behind it') });

    const crossed = errorOf(cross(errorData(error)));

    expect(hasKind(crossed, kind)).toBe(true);
    expect(crossed).toMatchObject({ ...parts, kind, message: error.message });
  });

  it('without advice has none afterwards', () => {
    const error = new CimError('input', { what: 'is empty' });

    const crossed = errorOf(cross(errorData(error)));

    expect(crossed).toMatchObject({ where: [], message: 'is empty' });
    expect((crossed as CimError).todo).toBeUndefined();
  });

  it('that is a bug stays one', () => {
    const crossed = errorOf(cross(errorData(new TypeError('x is undefined'))));

    expect(crossed).not.toBeInstanceOf(CimError);
    expect(crossed.message).toBe('TypeError: x is undefined');
  });
});

describe('assert', () => {
  it('throws a plain error, never one for the user, when an invariant is broken', () => {
    const broken = (): void => assert(false, 'sums exist');

    expect(broken).toThrow('broken invariant: sums exist');
    expect(broken).not.toThrow(CimError);
    expect(() => assert(true, 'sums exist')).not.toThrow();
  });
});

describe('at', () => {
  it('gives the element that exists, falsy ones too', () => {
    expect(at([5, 0], 1)).toBe(0);
  });

  it('throws for one that does not', () => {
    expect(() => at(new Uint8Array(3), 3)).toThrow('no element 3 of 3');
  });
});
