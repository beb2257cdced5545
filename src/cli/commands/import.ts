// `mars import`: an ONNX graph as it is understood, node by node, and as a network file.

import { Command } from 'commander';
import { CimError } from '../../core/errors.ts';
import { shapeText } from '../../core/feature-map.ts';
import { formatNumber } from '../../core/number-text.ts';
import { shownText } from '../../core/shown-text.ts';
import { countOf } from '../../core/words.ts';
import {
  chipFaults,
  type ImportedGraph,
  importOnnx,
  networkMacs,
  supportedOperators,
  writeNetworkFile,
} from '../../network/index.ts';
import { inputNormOf, type InputSettings } from '../../settings/input-norm.ts';
import { networkFile } from '../model-files.ts';
import { addInputOptions } from '../options.ts';
import { print } from '../output.ts';
import { checkTargets, writeWhole } from '../write-files.ts';

interface ImportOptions extends InputSettings {
  readonly out?: string;
  readonly ops?: boolean;
  readonly json?: boolean;
}

/** The command. */
export function importCommand(): Command {
  return addInputOptions(new Command('import'))
    .description(
      'show an ONNX graph as it is understood: each node, what became of it, and what the chip cannot run',
    )
    .argument('[model]', 'ONNX file')
    .option('--out <file>', 'write the network as a .safetensors file')
    .option('--ops', 'list the operators of ONNX that are understood')
    .option('--json', 'print as JSON')
    .action(run);
}

function run(model: string | undefined, options: ImportOptions): void {
  if (options.ops) {
    const text = options.json
      ? JSON.stringify(supportedOperators, null, 2)
      : supportedOperators.join('\n');
    print(`${text}\n`);
    return;
  }
  if (options.out !== undefined) checkTargets([options.out]);
  const { bytes, name } = modelFile(model);
  const stem = name.replace(/^.*[/\\]/, '').replace(/\.onnx(\.gz)?$/, '');
  const graph = importOnnx(bytes, name, { name: stem, norm: inputNormOf(options) });
  if (options.out !== undefined) writeWhole(options.out, writeNetworkFile(graph.network));
  print(options.json ? `${JSON.stringify(dataOf(graph), null, 2)}\n` : textOf(graph, options.out));
}

/**
 * The ONNX file at a path, unpacked where it is packed with gzip.
 * @throws {CimError} (usage) when none is named
 * @throws {CimError} (input) when it cannot be read
 */
export function modelFile(path: string | undefined): {
  readonly name: string;
  readonly bytes: Uint8Array;
} {
  if (path === undefined)
    throw new CimError('usage', {
      what: 'no ONNX file is named',
      todo: 'such as mars import my.onnx',
    });
  const file = networkFile(path);
  if (file) return file;
  throw new CimError('input', { what: 'cannot be read (it does not exist)', where: path });
}

function dataOf({ network, nodes, warnings, input, output }: ImportedGraph): object {
  return {
    version: 1,
    network: network.name,
    input: { dims: input.dims, shape: shapeText(network.input) },
    output: { dims: output.dims },
    macs: networkMacs(network),
    nodes,
    layers: network.nodes.map(({ name, op, inputs }) => ({ name, op, inputs })),
    warnings,
    notOnChip: chipFaults(network),
  };
}

function textOf(graph: ImportedGraph, out: string | undefined): string {
  const { network, nodes, warnings, input, output } = graph;
  const rows = nodes.map(({ name, operator, dims, became }) => [
    shownText(name),
    shownText(operator),
    dims?.join('x') ?? '',
    shownText(became),
  ]);
  const widths = [0, 1, 2].map((column) =>
    rows.reduce((width, row) => Math.max(width, Math.min(40, row[column]?.length ?? 0)), 0),
  );
  const lines = rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const faults = chipFaults(network);
  const facts = [
    `${shownText(network.name)}: ${input.dims.join('x')} in, ${output.dims.join('x')} out, ${countOf(network.nodes.length, 'node')}, ${formatNumber(networkMacs(network) / 1e6)} M MACs for an image`,
    ...warnings.map((warning) => `warning: ${shownText(warning)}`),
    ...(faults.length === 0
      ? ['The chip runs all of it.']
      : [
          'The chip does not run yet (mars forward does):',
          ...faults.map(({ node, what }) => `  ${shownText(node)}: ${what}`),
        ]),
    ...(out === undefined ? [] : [`Written: ${out}`]),
  ];
  return `${lines.join('\n')}\n\n${facts.join('\n')}\n`;
}
