// The network of an ONNX file: `import { readOnnx } from 'mars-cim/networks'`.

import { CimError } from '../../../core/errors.ts';
import { checkArrays, type Network } from '../../network.ts';
import { type ImportedGraph, importGraph, type OnnxOptions } from './import-onnx.ts';

/**
 * Reads an ONNX file, and says what became of each of its nodes.
 * @param where name of the file, for errors
 * @throws {CimError} (input) with file, node and attribute, when it is damaged or has what is not supported
 * @throws {CimError} (network) naming the node whose inputs do not fit
 */
export function importOnnx(
  bytes: Uint8Array,
  where: string,
  options: OnnxOptions = {},
): ImportedGraph {
  const imported = importGraph(bytes, where, options);
  if ('constant' in imported)
    throw new CimError('input', { what: 'its output does not depend on the image', where });
  checkArrays(imported.network);
  return imported;
}

/**
 * Reads the network of an ONNX file of any exporter: its real arithmetic is that of the file, its maps lie as the chip's.
 * What the chip cannot run is refused by `compress`, with the name of the node.
 * @param where name of the file, for errors
 * @throws {CimError} as {@link importOnnx}
 */
export const readOnnx = (bytes: Uint8Array, where: string, options: OnnxOptions = {}): Network =>
  importOnnx(bytes, where, options).network;
