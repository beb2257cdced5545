import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuse } from '../../src/network/passes/fuse.ts';
import { chips, mars } from '../../src/chips/index.ts';
import { compress } from '../../src/compress/compress.ts';
import { isMacroLayer } from '../../src/compress/compressed-network.ts';
import type { GroupShape } from '../../src/compress/weight-group.ts';
import { crc32, joinBytes } from '../../src/core/bits.ts';
import { type IndexCoding, indexCodings } from '../../src/mapping/index-coding.ts';
import { groupShapeOf } from '../../src/mapping/layer-groups.ts';
import { mapToChip } from '../../src/mapping/map-to-chip.ts';
import { mappingStorage } from '../../src/mapping/mapping-summary.ts';
import type { StoredNetwork } from '../../src/mapping/stored-header.ts';
import { readStoredImage, writeStoredImage } from '../../src/mapping/stored-image.ts';
import { hasKind } from '../../src/core/errors.ts';
import type { ConvLayer } from '../../src/network/fused-network.ts';
import { caught } from '../support/caught.ts';
import { macroLayersOf } from '../support/mapped.ts';
import { holds } from '../support/property.ts';
import {
  conv,
  linear,
  networkOf,
  randomNetwork,
  tourNetwork,
  windowNetwork,
} from '../support/small-networks.ts';
import { tries } from '../support/long.ts';

/** The groups of MARS. */
const shape = (weightBits: number): GroupShape => groupShapeOf(mars, weightBits);

const weightBitWidths = [2, 3, 4, 5, 8] as const;

interface Case {
  readonly seed: number;
  readonly weightBits: number;
  readonly activationBits: number;
  readonly prunedGroups: number;
  readonly indexCoding: IndexCoding;
}

const cases: fc.Arbitrary<Case> = fc.record({
  seed: fc.integer({ min: 0, max: 1e6 }),
  weightBits: fc.constantFrom(...weightBitWidths),
  activationBits: fc.integer({ min: 4, max: 8 }),
  prunedGroups: fc.constantFrom(0, 0.3, 0.6, 0.8),
  indexCoding: fc.constantFrom(...indexCodings),
});

function storedOf({ seed, indexCoding, ...options }: Case): StoredNetwork {
  const network = seed % 4 === 0 ? tourNetwork(seed) : randomNetwork(seed);
  try {
    const groupShape = shape(options.weightBits);
    return {
      network: compress(network, { ...options, groupShape }),
      indexCoding,
      dataset: 'noise',
    };
  } catch (error) {
    // Some have layers of so few bits and groups that no scale of the chip fits.
    fc.pre(!hasKind(error, 'compress'));
    throw error;
  }
}

const tour = (indexCoding: IndexCoding = 'gap', weightBits = 8): StoredNetwork => ({
  network: compress(tourNetwork(), {
    prunedGroups: 0.5,
    weightBits,
    groupShape: shape(weightBits),
  }),
  indexCoding,
  dataset: 'noise',
});

/** An image with its checksum made right again. */
function sealed(bytes: Uint8Array): Uint8Array {
  const copy = bytes.slice();
  new DataView(copy.buffer).setUint32(copy.length - 4, crc32(copy.subarray(0, -4)), true);
  return copy;
}

/** An image whose header, and bytes after it, are changed, with lengths and checksum to match. */
function changed(
  image: Uint8Array,
  header: (header: Header) => unknown,
  body: (body: Uint8Array) => Uint8Array = (same) => same,
): Uint8Array {
  const headBytes = new DataView(image.buffer).getUint32(12, true);
  const data = JSON.parse(new TextDecoder().decode(image.subarray(16, 16 + headBytes))) as Header;
  header(data);
  const head = new TextEncoder().encode(JSON.stringify(data));
  const start = image.slice(0, 16);
  new DataView(start.buffer).setUint32(12, head.length, true);
  const rest = body(image.slice(16 + headBytes, -4));
  return sealed(joinBytes([start, head, rest, new Uint8Array(4)]));
}

interface Header {
  [field: string]: unknown;
  layers: Record<string, never>[];
}

/** Fields of the first layer that uses them. */
const layerWith = (header: Header, field: string): Record<string, Record<string, unknown>> =>
  header.layers.find((layer) => field in layer)!;

describe('writeStoredImage and readStoredImage', () => {
  it('give back every network: residuals, packed layers, all widths and codings', () => {
    holds(
      fc.property(cases, (one) => {
        const stored = storedOf(one);

        const read = readStoredImage(writeStoredImage(stored, shape), 'image');

        expect(read).toEqual(stored);
      }),
      tries(10, 80),
    );
  });

  it('give back windows of every kind, and write symmetric ones in short', () => {
    const stored = {
      network: compress(windowNetwork()),
      indexCoding: 'gap',
      dataset: 'x',
    } as const;
    const image = writeStoredImage(stored, shape);
    let layers: readonly Record<string, unknown>[] = [];
    changed(image, (header) => (layers = header.layers));
    const { window } = fuse(windowNetwork()).layers[0] as ConvLayer;

    expect(readStoredImage(image, 'image')).toEqual(stored);
    expect(layers[0]).toMatchObject({ geometry: { channels: 3, kernels: 18, window } });
    expect(layers[4]!['geometry']).toEqual({
      channels: 20,
      kernels: 4,
      kernelHeight: 3,
      kernelWidth: 2,
      stride: 1,
      padding: 0,
    });
  });

  it.each<[string, RegExp, (header: Header) => unknown]>([
    [
      'a dilation of zero',
      /layers\.0\.geometry\.window\.dilations\.1 must be above 0 and at most 65536, not 0/,
      (header) => {
        const { window } = layerWith(header, 'geometry')['geometry']!;
        (window as { dilations: number[] }).dilations[1] = 0;
      },
    ],
    [
      'a window that lies outside its map',
      /stem: its window spans 5x4 pixels, but its input has 3x22 with its pads 0, 3, 2, 1/,
      (header) => (header['input'] = { height: 1, width: 18, channels: 3 }),
    ],
  ])('refuses %s', (_, message, damage) => {
    const stored = {
      network: compress(windowNetwork()),
      indexCoding: 'gap',
      dataset: 'x',
    } as const;
    const image = changed(writeStoredImage(stored, shape), damage);

    expect(caught(() => readStoredImage(image, 'image')).message).toMatch(message);
  });

  it('give back a layer of which nothing is stored', () => {
    const stored = tour('bitmap');
    const layers = stored.network.layers.map((layer) =>
      layer.name === 'main' && isMacroLayer(layer)
        ? { ...layer, weights: layer.weights.map(() => 0) }
        : layer,
    );
    const none = { ...stored, network: { ...stored.network, layers } };

    expect(readStoredImage(writeStoredImage(none, shape), 'image')).toEqual(none);
  });

  it('give back the same network from groups of any shape', () => {
    const stored = tour();

    const images = Object.values(chips).map((chip) =>
      writeStoredImage(stored, (bits) => groupShapeOf(chip, bits)),
    );

    for (const image of images) expect(readStoredImage(image, 'image')).toEqual(stored);
    expect(new Set(images.map(({ length }) => length)).size).toBeGreaterThan(1);
  });

  it('give the same bytes again', () => {
    const image = writeStoredImage(tour(), shape);

    expect(writeStoredImage(readStoredImage(image, 'image'), shape)).toEqual(image);
  });

  it.each(indexCodings)('hold the bits that are reported, with %s', (indexCoding) => {
    const stored = tour(indexCoding);
    const image = writeStoredImage(stored, shape);
    const headBytes = new DataView(image.buffer).getUint32(12, true);

    const mapping = mapToChip(stored.network, mars, { indexCoding });
    const storage = mappingStorage(mapping);

    const layers = macroLayersOf(mapping);
    const tiles = layers.reduce((sum, { grid }) => sum + grid.kernelTiles, 0);
    const biases = layers.reduce((sum, { layer }) => sum + layer.geometry.kernels, 0);
    const bytes = image.length - 16 - headBytes - 4 - 4 * biases - 4 * tiles;
    expect(8 * bytes).toBeGreaterThanOrEqual(storage.storedBits);
    // Rows of this network are whole bytes; only the lists are filled up.
    expect(8 * bytes - storage.storedBits).toBeLessThan(8 * tiles);
  });

  it('put the bits of a word line side by side, kernel by kernel', () => {
    // One group: 16 channels x 16 kernels, weight of kernel m on word line c: m for c = 1, -1 for c = 2, else 1.
    const layer = linear({ name: 'fc', input: 'image', inputs: 16, outputs: 16 });
    const float = networkOf('n', { height: 1, width: 1, channels: 16 }, 16, [layer]);
    const network = compress(float);
    const [fc] = network.layers;
    if (!fc || !isMacroLayer(fc)) throw new Error('no fc');
    const weights = fc.weights.map((_, i) => {
      const [m, c] = [Math.floor(i / 16), i % 16];
      return c === 1 ? m : c === 2 ? -1 : 1;
    });
    const stored = { network: { ...network, layers: [{ ...fc, weights }] }, dataset: '' };

    const image = writeStoredImage({ ...stored, indexCoding: 'bitmap' }, shape);

    const rows = image.subarray(image.length - 4 - 256, image.length - 4);
    expect([...rows.subarray(0, 16)]).toEqual(Array.from({ length: 16 }, () => 1));
    expect([...rows.subarray(16, 32)]).toEqual(Array.from({ length: 16 }, (_, m) => m));
    expect([...rows.subarray(32, 48)]).toEqual(Array.from({ length: 16 }, () => 255));
    // Before them: 16 biases, 1 group, its bitmap.
    expect([...image.subarray(image.length - 4 - 256 - 5, image.length - 4 - 256)]).toEqual([
      1, 0, 0, 0, 1,
    ]);
  });

  it('refuse to write what cannot be read back', () => {
    const pooled = networkOf('pooled', { height: 4, width: 4, channels: 3 }, 2, [
      conv({ name: 'a', input: 'image', channels: 3, kernels: 2 }),
      { kind: 'averagePool', name: 'mean', input: 'a' },
      linear({ name: 'fc', input: 'mean', inputs: 2, outputs: 2 }),
    ]);
    const compressed = compress(pooled);
    const network = { ...compressed, layers: compressed.layers.slice(0, -1) };

    const error = caught(() =>
      writeStoredImage({ network, indexCoding: 'gap', dataset: '' }, shape),
    );

    expect(error).toMatchObject({ kind: 'input', where: ['pooled'] });
  });
});

describe('readStoredImage', () => {
  it('refuses an image that is cut off, wherever', () => {
    const image = writeStoredImage(tour('gap', 4), shape);

    for (let length = 0; length < image.length; length += length < 200 ? 1 : 37)
      expect(
        caught(() => readStoredImage(image.subarray(0, length), 'cut.bin')),
        `${length}`,
      ).toMatchObject({ kind: 'input', where: ['cut.bin'] });
  });

  it('refuses an image with one bit changed, wherever', () => {
    const image = writeStoredImage(tour(), shape);
    const place = fc.integer({ min: 0, max: 8 * image.length - 1 });

    holds(
      fc.property(place, (bit) => {
        const damaged = image.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);

        expect(caught(() => readStoredImage(damaged, 'bad.bin')).kind).toBe('input');
      }),
      tries(100, 1000),
    );
  });

  it('names a later version', () => {
    const image = writeStoredImage(tour(), shape);
    image[8] = 2;

    expect(caught(() => readStoredImage(image, 'new.bin')).message).toMatch(
      /^new\.bin: .*version 2, only 1/,
    );
  });

  it('refuses a header that claims 2 GB', () => {
    const image = writeStoredImage(tour(), shape);
    new DataView(image.buffer).setUint32(12, 2 ** 31, true);

    expect(caught(() => readStoredImage(image, 'huge.bin')).message).toMatch(/2147483648/);
  });

  it.each<[string, RegExp, (header: Header) => unknown]>([
    [
      'weights for 4 GB',
      /claims 4294967296 weights/,
      (header) => {
        const last = header.layers.at(-1)!;
        const wide = { channels: 65536, kernels: 65536 };
        Object.assign(last, { input: 'image', groupShape: wide });
        Object.assign(last['geometry']!, wide);
        header['input'] = { height: 1, width: 1, channels: 65536 };
        header['classes'] = 65536;
        header.layers = [last];
      },
    ],
    ['an unknown field', /turbo/, (header) => (header['turbo'] = 1)],
    ['no layers', /layers/, (header) => (header.layers = [])],
    ['a negative bit width', /weightBits/, (header) => (header['weightBits'] = -1)],
    ['an unknown coding', /indexCoding/, (header) => (header['indexCoding'] = 'huffman')],
    [
      'an input that no layer makes',
      /stem.*nowhere/,
      (header) => Object.assign(header.layers[0]!, { input: 'nowhere' }),
    ],
    [
      'two layers of one name',
      /half.*name/,
      (header) => Object.assign(header.layers[2]!, { name: 'half' }),
    ],
    [
      'channels that do not fit',
      /stem.*channels/,
      (header) => Object.assign(layerWith(header, 'geometry')['geometry']!, { channels: 4 }),
    ],
    [
      'a residual of another sign',
      /half.*stem/,
      (header) => Object.assign(layerWith(header, 'residual')['residual']!, { signed: true }),
    ],
    [
      'a residual beyond the channels',
      /half.*stem/,
      (header) => Object.assign(layerWith(header, 'residual')['residual']!, { channelOffset: 20 }),
    ],
    [
      'inputs of other bits',
      /stem.*7 bits/,
      (header) => Object.assign(header.layers[0]!, { inputBits: 7 }),
    ],
    [
      'a layer that reads signed values',
      /signed/,
      (header) => Object.assign(layerWith(header, 'requantize')['requantize']!, { signed: true }),
    ],
    [
      'a last layer that requantizes',
      /1x1x5/,
      (header) =>
        Object.assign(header.layers.at(-1)!, { requantize: header.layers[0]!['requantize'] }),
    ],
    [
      'a layer between that does not',
      /stem.*requantize/,
      (header) => delete header.layers[0]!['requantize'],
    ],
    ['a wrong number of classes', /1x1x6/, (header) => (header['classes'] = 6)],
    [
      'a linear layer whose kernel is no whole map',
      /fc: has channels 5, not 20/,
      (header) =>
        Object.assign(header.layers.at(-1)!['geometry']!, { channels: 5, kernelHeight: 4 }),
    ],
    [
      'a width that the coding does not take',
      /absolute takes/,
      (header) => (header['indexCoding'] = 'absolute'),
    ],
    [
      'groups of a linear layer',
      /has groups 2, not any/,
      (header) => Object.assign(header.layers.at(-1)!['geometry']!, { groups: 2 }),
    ],
    [
      'kernels of its own beyond those that a layer has',
      /has kernels of its own beyond its \d+/,
      (header) =>
        Object.assign(layerWith(header, 'residual')['geometry']!, {
          ownKernels: { first: 1, count: 60000 },
        }),
    ],
    [
      'scales of half a kernel',
      /has 2 numbers of scales for \d+ kernels/,
      (header) =>
        Object.assign(layerWith(header, 'requantize')['requantize']!, { kernels: [128, 10] }),
    ],
  ])('refuses %s', (_, says, change) => {
    const image = writeStoredImage(tour('gap'), shape);

    const error = caught(() => readStoredImage(changed(image, change), 'bad.bin'));

    expect(error).toMatchObject({ kind: 'input' });
    expect(error.message).toMatch(/^bad\.bin[ :]/);
    expect(error.message).toMatch(says);
  });

  it.each<[string, RegExp, (body: Uint8Array) => Uint8Array]>([
    [
      'bytes after the last layer',
      /has 1 byte after/,
      (body) => joinBytes([body, Uint8Array.of(0)]),
    ],
    ['too few bytes', /fc > tile 0: needs/, (body) => body.slice(0, -1)],
    [
      'more groups than there are',
      /stem > tile 0: claims 4294967295/,
      (body) => {
        body.fill(255, 4 * 18, 4 * 18 + 4);
        return body;
      },
    ],
  ])('refuses %s', (_, says, change) => {
    const image = writeStoredImage(tour(), shape);

    const error = caught(() =>
      readStoredImage(
        changed(image, () => {}, change),
        'bad.bin',
      ),
    );

    expect(error).toMatchObject({ kind: 'input' });
    expect(error.message).toMatch(says);
  });

  it('refuses weights where the layer has none', () => {
    // The last tile of "fc" has 5 of 16 kernels; its last word line is not there either (20 channels of 32).
    const image = writeStoredImage(tour(), shape);

    const error = caught(() =>
      readStoredImage(
        changed(
          image,
          () => {},
          (body) => {
            body[body.length - 1] = 1;
            return body;
          },
        ),
        'bad.bin',
      ),
    );

    expect(error.message).toMatch(/bad\.bin > fc > tile 0: has a weight where/);
  });
});
