// The stored image of a compressed network: what lies in the weight memory, as one file from which the network can be
// simulated. Only stored groups are in it, also for a chip that runs the others as well: what they hold is zero. Numbers are little-endian; bit 0 of a byte is its lowest bit.
//
//   byte 0        89 4D 41 52 53 0D 0A 1A: "MARS" between bytes that a transfer as text would change
//   byte 8        u32  version, 1
//   byte 12       u32  H, bytes of the header
//   byte 16       H bytes  header: JSON in UTF-8, its fields are `headerSchema` of stored-header.ts: names, which layer
//                 reads which, geometry, bits, scales, group shape, index coding and the width of its symbols
//   byte 16 + H   body: the layers with weights in the order of the header, each
//                   i32 x kernels   biases, in units of the sums
//                   per kernel tile
//                     u32           n, number of stored groups
//                     list          their group list as index-coding.ts writes it, filled up to a byte with zeros
//                     rows          the weights, filled up to a byte with zeros
//   last 4 bytes  u32  CRC-32 of all bytes before
//
// Rows: n groups in the order of the list x word lines of a group x kernels of a tile x weight bits, lowest bit first,
// two's complement. These are the rows of cells as the macros have them (a partition holds the bits of its kernels side
// by side), so each macro's part of a word line, which is written at once, is one run of bits: 8 kernels x 8 bits = 64
// of them on MARS. Cells of word lines and kernels that the layer does not have are zero.

import { countOf } from '../core/words.ts';
import {
  type CompressedLayer,
  isMacroLayer,
  type MacroLayer,
} from '../compress/compressed-network.ts';
import { type GroupGrid, type GroupShapeRule, weightIndex } from '../compress/weight-group.ts';
import { crc32, joinBytes, readBits, writeBits } from '../core/bits.ts';
import { CimError } from '../core/errors.ts';
import { kindInstead } from '../core/file-kind.ts';
import { parseJson } from '../core/json.ts';
import { decodeGroupList, encodeGroupList, type IndexCoding, indexFormat } from './index-coding.ts';
import { layerGroups } from './layer-groups.ts';
import {
  checkStored,
  describeStored,
  keptLists,
  type MacroHeader,
  type StoredHeader,
  type StoredNetwork,
  weightCount,
} from './stored-header.ts';

const magic = Uint8Array.of(0x89, 0x4d, 0x41, 0x52, 0x53, 0x0d, 0x0a, 0x1a);
const formatVersion = 1;
/** Bytes before the header, and after the body. */
const leading = 16;
const trailing = 4;

/** Do these bytes begin like a stored image? */
export const isStoredImage = (bytes: Uint8Array): boolean =>
  magic.every((byte, i) => bytes[i] === byte);

/**
 * The stored image of a network.
 * @param groupShape inputs x kernels of its groups, by weight bits: what the chip runs together whose memory it is for.
 * Every chip reads it
 * @throws {CimError} (input) naming the layer, when the network is not one that {@link readStoredImage} takes
 */
export function writeStoredImage(stored: StoredNetwork, groupShape: GroupShapeRule): Uint8Array {
  const { network, indexCoding } = stored;
  const description = describeStored(stored, groupShape);
  checkStored(description, network.name);
  const header = new TextEncoder().encode(JSON.stringify(description));
  const body = network.layers.flatMap((layer) => layerBytes(layer, indexCoding, groupShape));
  const image = joinBytes([
    magic,
    wordBytes([formatVersion, header.length]),
    header,
    ...body,
    new Uint8Array(trailing),
  ]);
  const end = image.length - trailing;
  image.set(wordBytes([crc32(image.subarray(0, end))]), end);
  return image;
}

/**
 * Inverse of {@link writeStoredImage}: the same network, its weights outside stored groups zero.
 * @param where name of the file, for errors
 * @throws {CimError} (input) when the image is cut off, damaged, of another version, or does not add up
 */
export function readStoredImage(bytes: Uint8Array, where: string): StoredNetwork {
  const { header, body } = open(bytes, where);
  checkRoom(header, body.length, where);
  const cursor: Cursor = { bytes: body, at: 0 };
  const layers = header.layers.map((layer): CompressedLayer =>
    'geometry' in layer ? readLayer(layer, cursor, [where, layer.name]) : layer,
  );
  if (cursor.at !== body.length)
    throw new CimError('input', {
      what: `has ${countOf(body.length - cursor.at, 'byte')} after its last layer`,
      where,
    });
  const { indexCoding, dataset, network } = header;
  return { network: { ...network, layers }, indexCoding, dataset };
}

/** Refuses a body that is too short for the biases and group counts of its layers, before room is made for their weights. */
function checkRoom({ layers }: StoredHeader, bytes: number, where: string): void {
  let words = 0;
  for (const layer of layers)
    if ('geometry' in layer) words += layer.geometry.kernels + layer.grid.kernelTiles;
  if (4 * words > bytes)
    throw new CimError('input', {
      what: `needs at least ${4 * words} bytes after its header, ${bytes} are left`,
      where,
    });
}

function open(
  bytes: Uint8Array,
  where: string,
): { readonly header: StoredHeader; readonly body: Uint8Array } {
  const fail = (what: string): never => {
    throw new CimError('input', { what, where, todo: 'write it again with mars map --image' });
  };
  if (!isStoredImage(bytes)) fail(`is not a stored image${kindInstead(bytes)}`);
  if (bytes.length < leading + trailing) fail(`is cut off after ${countOf(bytes.length, 'byte')}`);
  const [version = 0, headerBytes = 0] = readWords(bytes.subarray(magic.length, leading));
  if (version !== formatVersion)
    fail(`is a stored image of version ${version}, only ${formatVersion} is read`);
  const end = bytes.length - trailing;
  if (headerBytes > end - leading)
    fail(`its header claims ${headerBytes} bytes, the file has ${bytes.length}`);
  if (readWords(bytes.subarray(end))[0] !== crc32(bytes.subarray(0, end)))
    fail('is cut off or damaged: its checksum is not that of its bytes');
  const bodyStart = leading + headerBytes;
  const value = parseJson(bytes.subarray(leading, bodyStart), (what) => fail(`its header ${what}`));
  return { header: checkStored(value, where), body: bytes.subarray(bodyStart, end) };
}

function layerBytes(
  layer: CompressedLayer,
  coding: IndexCoding,
  groupShape: GroupShapeRule,
): readonly Uint8Array[] {
  if (!isMacroLayer(layer)) return [];
  const { geometry, weights, weightBits } = layer;
  const groups = layerGroups(layer, groupShape(weightBits));
  const { grid } = groups;
  const lists = keptLists(groups);
  const format = indexFormat(lists, grid, coding);
  const parts = [wordBytes(layer.bias)];
  lists.forEach((codes, tile) => {
    const all = { grid, geometry, weightBits };
    const rows = new Uint8Array(Math.ceil(rowBits(all, codes.length) / 8));
    forEachCell(all, tile, codes, (at, index) => {
      if (index >= 0) writeBits(rows, at, weightBits, weights[index] as number);
    });
    parts.push(wordBytes([codes.length]), encodeGroupList(codes, grid, format).bytes, rows);
  });
  return parts;
}

/** How far the body is read. */
interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

function take(cursor: Cursor, count: number, where: readonly string[]): Uint8Array {
  const left = cursor.bytes.length - cursor.at;
  if (count > left)
    throw new CimError('input', { what: `needs ${count} bytes, ${left} are left`, where });
  cursor.at += count;
  return cursor.bytes.subarray(cursor.at - count, cursor.at);
}

/** Takes `bits` bits and checks that zeros fill them up to a byte. */
function takeBits(cursor: Cursor, bits: number, where: readonly string[]): Uint8Array {
  const bytes = take(cursor, Math.ceil(bits / 8), where);
  if (bits % 8 > 0 && readBits(bytes, bits, 8 - (bits % 8)) !== 0)
    throw new CimError('input', {
      what: 'has bits that are set after the last that counts',
      where,
    });
  return bytes;
}

function readLayer(header: MacroHeader, body: Cursor, where: readonly string[]): MacroLayer {
  const { indexFormat: format, grid, ...known } = header;
  const { geometry } = known;
  const all = { grid, ...known };
  const bias = Int32Array.from(readWords(take(body, 4 * geometry.kernels, where)));
  const weights = new Int8Array(weightCount(geometry));
  for (let tile = 0; tile < grid.kernelTiles; tile++) {
    const place = [...where, `tile ${tile}`];
    const [groups = 0] = readWords(take(body, 4, place));
    if (groups > grid.codes)
      throw new CimError('input', {
        what: `claims ${groups} groups of ${grid.codes}`,
        where: place,
      });
    const rest = body.bytes.subarray(body.at);
    const list = decodeGroupList(rest, { places: grid, format, groups }, place);
    takeBits(body, list.bits, place);
    const rows = takeBits(body, rowBits(all, groups), place);
    forEachCell(all, tile, list.codes, (at, index) => {
      const weight = signed(readBits(rows, at, known.weightBits), known.weightBits);
      if (index >= 0) weights[index] = weight;
      else if (weight !== 0)
        throw new CimError('input', {
          what: 'has a weight where its layer has none',
          where: place,
        });
    });
  }
  return { ...known, weights, bias };
}

type Rows = Pick<MacroLayer, 'geometry' | 'weightBits'> & { readonly grid: GroupGrid };

const rowBits = ({ grid, weightBits }: Rows, groups: number): number =>
  groups * grid.shape.channels * grid.shape.kernels * weightBits;

/** Calls `visit` for each weight's cells: the first bit in the rows of the tile, and its index; -1 for empty cells. */
function forEachCell(
  { grid, geometry, weightBits }: Rows,
  tile: number,
  codes: Uint16Array,
  visit: (at: number, index: number) => void,
): void {
  const first = tile * grid.shape.kernels;
  let at = 0;
  for (const code of codes)
    for (let wordLine = 0; wordLine < grid.shape.channels; wordLine++)
      for (let kernel = first; kernel < first + grid.shape.kernels; kernel++) {
        const exists = kernel < geometry.kernels;
        visit(at, exists ? weightIndex(grid, geometry, { kernel, code, wordLine }) : -1);
        at += weightBits;
      }
}

const signed = (value: number, bits: number): number => (value << (32 - bits)) >> (32 - bits);

function wordBytes(words: ArrayLike<number>): Uint8Array {
  const view = new DataView(new ArrayBuffer(4 * words.length));
  for (let i = 0; i < words.length; i++) view.setInt32(4 * i, words[i] as number, true);
  return new Uint8Array(view.buffer);
}

function readWords(bytes: Uint8Array): Uint32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Uint32Array.from({ length: bytes.length / 4 }, (_, i) => view.getUint32(4 * i, true));
}
