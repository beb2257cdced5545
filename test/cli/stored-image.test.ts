// A stored image is all that the simulator needs: `mars map --image`, then `mars run --network`.

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/report/report.ts';
import { emptyFolder, mars, type Ran } from '../support/mars.ts';
import { itLong } from '../support/long.ts';

const folder = emptyFolder();
const image = join(folder, 'out.bin');
const few = ['--images', '3', '--backend', 'reference'];

const text = (...parts: string[]): string => readFileSync(join(...parts), 'utf8');

describe('mars map --image', () => {
  let written: Ran;

  beforeAll(() => {
    written = mars(['map', '--index-coding', 'gap', '--image', 'out.bin'], folder);
  });

  it('writes the image, and nothing else', () => {
    expect(written.code).toBe(0);
    expect(written.stdout).toMatch(/^Written: out\.bin, [\d,]+ bytes$/m);
    expect(readdirSync(folder)).toEqual(['out.bin']);
  });

  itLong('writes all that a run needs: the same outputs and counts, byte for byte', () => {
    const [direct, from] = [emptyFolder(), emptyFolder()];
    mars(['run', '--index-coding', 'gap', ...few], direct);

    const ran = mars(['run', '--network', image, ...few], from);

    expect(ran.code).toBe(0);
    expect(text(from, 'out/simulation.json')).toBe(text(direct, 'out/simulation.json'));
    expect(text(from, 'out/trace.json')).toBe(text(direct, 'out/trace.json'));
    const [a, b] = [from, direct].map((out) => JSON.parse(text(out, 'out/report.json')) as Report);
    expect(a).toEqual({ ...b, accuracy: { ...b!.accuracy, floatTop1: null, floatImages: 0 } });
  });

  it('writes the same image from an image', () => {
    const again = emptyFolder();

    const ran = mars(['map', '--network', image, '--image', 'again.bin', '--json'], again);

    expect(readFileSync(join(again, 'again.bin'))).toEqual(readFileSync(image));
    expect(JSON.parse(ran.stdout)).toMatchObject({ network: 'mnist-cnn', indexCoding: 'gap' });
  });

  it.each([
    ['--weight-bits', '8'],
    ['--activation-bits', '8'],
    ['--pruned-groups', '0'],
    ['--index-coding', 'gap'],
  ])('is compressed already: %s cannot be given with it', (option, value) => {
    const cwd = emptyFolder();

    const ran = mars(['run', '--network', image, option, value], cwd);

    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(
      new RegExp(`^mars: ${option.slice(2)}: cannot be given with .*out\\.bin`),
    );
    expect(existsSync(join(cwd, 'out'))).toBe(false);
  });

  it('refuses an image that is cut off or damaged, in one line', () => {
    const bytes = readFileSync(image);
    const damaged = Buffer.from(bytes);
    damaged[5000]! ^= 1;
    for (const [name, content] of [
      ['cut.bin', bytes.subarray(0, 9000)],
      ['damaged.bin', damaged],
      ['empty.bin', new Uint8Array()],
      ['other.bin', readFileSync(import.meta.filename)],
    ] as const) {
      const cwd = emptyFolder();
      writeFileSync(join(cwd, name), content);

      const ran = mars(['run', '--network', name, ...few], cwd);

      expect(ran.code).toBe(1);
      expect(ran.stderr).toMatch(new RegExp(`^mars: ${name}: .*\\n$`));
      expect(existsSync(join(cwd, 'out'))).toBe(false);
    }
  });

  it('is refused in one line by what needs a network that can be compressed anew', () => {
    const ran = mars(['sensitivity', '--network', image]);

    expect(ran.code).toBe(2);
    expect(ran.stderr).toMatch(/^mars: network: .*out\.bin is a stored image.*\n$/);
  });

  it('is asked for by name though it is missing', () => {
    const ran = mars(['run', '--network', '/no/such.bin']);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^mars: \/no\/such\.bin: .*not exist/);
  });

  it('says where it cannot write', () => {
    const cwd = emptyFolder();
    writeFileSync(join(cwd, 'file'), '');

    const ran = mars(['map', '--image', 'file/out.bin'], cwd);

    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/^mars: file\/out\.bin: .*--image/);
    expect(ran.stdout).toBe('');
  });
});

describe('mars map', () => {
  it('shows the bits of every layer under every index coding', () => {
    const plain = mars(['map']).stdout;
    const json = JSON.parse(mars(['map', '--json']).stdout) as {
      total: { indexBits: number; indexBitsByCoding: Record<string, number> };
      layers: { name: string; indexBits: number; indexBitsByCoding: Record<string, number> }[];
    };

    expect(plain).toMatch(/^index bits +absolute +gap +bitmap$/m);
    for (const { name, indexBits, indexBitsByCoding } of json.layers) {
      const { absolute, gap, bitmap } = indexBitsByCoding;
      expect(plain).toMatch(new RegExp(`^${name} +${absolute} +${gap} +${bitmap}$`, 'm'));
      expect(indexBits).toBe(absolute);
    }
    expect(json.total.indexBits).toBe(json.total.indexBitsByCoding['absolute']);
  });

  it('stores in the coding that is asked for', () => {
    const [absolute, bitmap] = ['absolute', 'bitmap'].map(
      (coding) =>
        JSON.parse(mars(['map', '--index-coding', coding, '--json']).stdout) as {
          total: { indexBits: number; storedBits: number; indexBitsByCoding: { bitmap: number } };
        },
    );

    expect(bitmap!.total.indexBits).toBe(bitmap!.total.indexBitsByCoding.bitmap);
    expect(bitmap!.total.storedBits - bitmap!.total.indexBits).toBe(
      absolute!.total.storedBits - absolute!.total.indexBits,
    );
  });
});
