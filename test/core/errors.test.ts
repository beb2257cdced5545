import { describe, expect, it } from 'vitest';
import {
  assert,
  at,
  CancelledError,
  ChipError,
  CimError,
  CompressError,
  EnvironmentError,
  InputError,
  MappingError,
  NetworkError,
  SimulationError,
  UsageError,
} from '../../src/core/errors.ts';

describe('CimError', () => {
  it('says where, what and what to do, in one line', () => {
    const error = new CimError({
      what: 'has 3 bias, needs 4',
      where: ['mnist-cnn', 'conv2'],
      todo: 'give each kernel one',
    });

    expect(error.message).toBe('mnist-cnn > conv2: has 3 bias, needs 4; give each kernel one');
  });

  it('leaves out what it is not told', () => {
    expect(new CimError({ what: 'stopped' }).message).toBe('stopped');
    expect(new CimError({ what: 'is empty', where: 'a.idx' }).message).toBe('a.idx: is empty');
    expect(new CimError({ what: 'is empty', where: [] }).message).toBe('is empty');
    expect(new CimError({ what: 'no', todo: 'try again' }).message).toBe('no; try again');
  });

  it('keeps its parts and its cause', () => {
    const cause = new Error('disk');

    const error = new CimError({ what: 'unreadable', where: 'a.json', todo: 'copy it', cause });

    expect(error).toMatchObject({ what: 'unreadable', where: ['a.json'], todo: 'copy it', cause });
  });

  it.each([
    ['UsageError', UsageError],
    ['InputError', InputError],
    ['NetworkError', NetworkError],
    ['CompressError', CompressError],
    ['ChipError', ChipError],
    ['MappingError', MappingError],
    ['SimulationError', SimulationError],
    ['EnvironmentError', EnvironmentError],
    ['CancelledError', CancelledError],
  ] as const)('%s carries its name and is a CimError', (name, Kind) => {
    const error = new Kind({ what: 'wrong' });

    expect(error.name).toBe(name);
    expect(error).toBeInstanceOf(CimError);
    expect(String(error)).toBe(`${name}: wrong`);
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
