import { describe, expect, it } from 'vitest';
import { chipJsonSchema, mars, readChipFile, setChipValues } from '../../src/chips/index.ts';
import { caught } from '../support/caught.ts';

type Json = Record<string, unknown>;

/** MARS as JSON with the value at `path` replaced; removed where `value` is undefined. */
function marsWith(path: string, value: unknown): string {
  const copy = JSON.parse(JSON.stringify(mars)) as Json;
  const keys = path.split('.');
  const last = keys.pop()!;
  let node = copy;
  for (const key of keys) node = node[key] as Json;
  if (value === undefined) delete node[last];
  else node[last] = value;
  return JSON.stringify(copy);
}

describe('readChipFile', () => {
  it('gives back an equal chip', () => {
    expect(readChipFile(JSON.stringify(mars), 'mars.json')).toStrictEqual(mars);
  });

  it.each([
    ['a missing field', 'adc.bits', undefined],
    ['a missing value', 'adc.bits.value', undefined],
    ['a wrong type', 'clock.frequency.value', '100'],
    ['no cores', 'cores.count.value', 0],
    ['half a core', 'cores.count.value', 1.5],
    ['an ADC without bits', 'adc.bits.value', 0],
    ['an ADC of 9 bits', 'adc.bits.value', 9],
    ['a step of zero', 'adc.step.value', 0],
    ['a clock that stands still', 'clock.frequency.value', 0],
    ['negative energy', 'static.control.value', -1],
    ['3 bits in a phase', 'macro.inputBitsPerPhase.value', 3],
    ['257 word lines on', 'macro.wordLinesOn.value', 257],
    ['negative noise', 'noise.read.value', -0.1],
    ['noise of 17 units', 'noise.offset.value', 17],
    ['a gain that is off by a half', 'noise.gain.value', 0.5],
    ['cells that are off by a half', 'noise.cell.value', 0.5],
    ['noise without one of its parts', 'noise.cell', undefined],
    ['an accumulator of 33 bits', 'accumulator.bits.value', 33],
    ['an unknown overlap', 'controller.overlap.value', 'none'],
    ['no source', 'energy.dram.source', ''],
    ['unknown evidence', 'energy.dram.evidence', 'guessed'],
    ['another unit', 'static.control.unit', 'W'],
  ])('names the path of %s', (_, path, value) => {
    const error = caught(() => readChipFile(marsWith(path, value), 'my.json'));

    expect(error.kind).toBe('chip');
    expect(error.where).toEqual(['my.json', path]);
    expect(error.message).toContain(`my.json > ${path}: `);
  });

  it('takes a file from before there was noise as a chip without any', () => {
    const { noise, ...rest } = readChipFile(marsWith('noise', undefined), 'old.json');

    expect({ ...rest, noise: mars.noise }).toStrictEqual(mars);
    for (const { value, evidence, source } of Object.values(noise)) {
      expect([value, evidence]).toEqual([0, 'assumed']);
      expect(source).toContain('not in the chip file');
    }
  });

  it('refuses unknown fields, so that a slip of the pen is not ignored', () => {
    const error = caught(() => readChipFile(marsWith('adc.bitz', mars.adc.bits), 'my.json'));

    expect(error.where).toEqual(['my.json', 'adc']);
    expect(error.message).toContain('bitz');
  });

  it('refuses ping-pong between the macros of a core that has one', () => {
    const one = JSON.parse(marsWith('cores.macros.value', 1)) as Json;
    const controller = one['controller'] as { overlap: { value: string } };
    controller.overlap.value = 'macroPingPong';

    const error = caught(() => readChipFile(JSON.stringify(one), 'my.json'));

    expect(error).toMatchObject({ kind: 'chip', where: ['my.json', 'cores.macros'] });
  });

  it.each(['', '{', 'null', '[]', '7', '"mars"', '{"name":1e999}'])(
    'refuses %j with the name of the file',
    (text) => {
      const error = caught(() => readChipFile(text, 'my.json'));

      expect(error.kind).toBe('chip');
      expect(error.where[0]).toBe('my.json');
    },
  );
});

describe('chipJsonSchema', () => {
  it('requires every field of a chip but those of newer ones, and permits no other', () => {
    const schema = chipJsonSchema() as {
      properties: object;
      required: string[];
      additionalProperties: boolean;
    };

    expect(Object.keys(schema.properties).toSorted()).toEqual(Object.keys(mars).toSorted());
    expect([...schema.required, 'noise', 'dram', 'static', 'requantizer'].toSorted()).toEqual(
      Object.keys(mars).toSorted(),
    );
    expect(schema.additionalProperties).toBe(false);
  });
});

describe('setChipValues', () => {
  it('replaces a value, marks it as assumed and keeps what it was before', () => {
    const chip = setChipValues(mars, ['adc.bits=5']);

    expect(chip.adc.bits).toEqual({
      value: 5,
      unit: '',
      evidence: 'assumed',
      source: 'set by the user (6 before)',
    });
  });

  it('changes nothing else, least of all the chip it was given', () => {
    const before = JSON.stringify(mars);

    const chip = setChipValues(mars, ['adc.bits=5', 'controller.overlap=ideal']);

    expect(JSON.stringify(mars)).toBe(before);
    expect(chip.controller.overlap.value).toBe('ideal');
    expect({ ...chip, adc: mars.adc, controller: mars.controller }).toEqual(mars);
  });

  it('sets noise as any other value', () => {
    const { noise } = setChipValues(mars, ['noise.read=0.15', 'noise.cell=0.03']);

    expect(noise.read).toEqual({
      value: 0.15,
      unit: 'unit discharge',
      evidence: 'assumed',
      source: 'set by the user (0 before)',
    });
    expect([noise.cell.value, noise.offset, noise.gain]).toEqual([
      0.03,
      mars.noise.offset,
      mars.noise.gain,
    ]);
  });

  it('gives the very same chip when nothing is set', () => {
    expect(setChipValues(mars, [])).toBe(mars);
  });

  it.each([
    ['adc', 'adc.bits'],
    ['adc.bits.value', 'adc.bits'],
    ['adc.bitz', 'adc.bits'],
    ['clock.frequency.value', 'clock.frequency'],
  ])('refuses the path %j and names %s', (path, near) => {
    const error = caught(() => setChipValues(mars, [`${path}=1`]));

    expect(error.kind).toBe('usage');
    expect(error.message).toContain(`"${path}"`);
    expect(error.todo).toMatch(new RegExp(`^is it ${near}[,?]`));
  });

  it.each(['name', '', 'toString', '__proto__.x'])(
    'refuses the path %j, like which there is none, and says what lists the known ones',
    (path) => {
      const error = caught(() => setChipValues(mars, [`${path}=1`]));

      expect(error.kind).toBe('usage');
      expect(error.message).toContain(`"${path}"`);
      expect(error.todo).toBe('`mars info --chip mars` lists all');
    },
  );

  it.each(['adc.bits', 'adc.bits=', 'adc.bits=5=6', '=5'])('refuses %j', (setting) => {
    expect(caught(() => setChipValues(mars, [setting])).kind).toBe('usage');
  });

  it.each(['NaN', 'many', '5bits', ' ', '1,5'])('refuses %j as a number', (text) => {
    const error = caught(() => setChipValues(mars, [`static.control=${text}`]));

    expect(error.kind).toBe('usage');
    expect(error.message).toContain('static.control');
  });

  it.each([
    ['adc.bits', '0'],
    ['adc.bits', '9'],
    ['adc.bits', '5.5'],
    ['cores.count', '-4'],
    ['clock.frequency', '0'],
    ['static.control', '-1'],
    ['static.control', '1e999'],
    ['controller.overlap', 'sometimes'],
    ['noise.read', '-0.15'],
    ['noise.read', '16.1'],
    ['noise.cell', '0.26'],
  ])('refuses %s=%s and names the path', (path, text) => {
    const error = caught(() => setChipValues(mars, [`${path}=${text}`]));

    expect(error.kind).toBe('chip');
    expect(error.message).toContain(path);
  });
});
