// `mars tune`: which shape of the kernels is fastest on this adapter; later runs take it.

import { Command } from 'commander';
import Table from 'cli-table3';
import pc from 'picocolors';
import { type GpuBackend, openGpuBackend } from '../../gpu/gpu-backend.ts';
import { defaultShape, type KernelShape } from '../../gpu/kernel-shape.ts';
import { openDevice } from '../../gpu/open-gpu.ts';
import { fastestShape, type ShapeTime, tuneShapes } from '../../gpu/tune-shapes.ts';
import { adapterName } from '../backends.ts';
import { borderless } from '../borderless.ts';
import { openNodeGpu } from '../node-gpu.ts';
import { print } from '../output.ts';
import { canKeepShapes, keepShape, tuningFile } from '../tuning-cache.ts';

/** The command. */
export function tuneCommand(): Command {
  return new Command('tune')
    .description(
      'measure which shape of the kernels is fastest on this adapter, and keep it for later runs; numbers do not change',
    )
    .option('--json', 'print as JSON')
    .action(tune);
}

async function tune(options: { readonly json?: boolean }): Promise<void> {
  const canKeep = canKeepShapes();
  const found = await openNodeGpu();
  const adapter = adapterName(found);
  const open = async (shape: KernelShape, shortcuts: boolean): Promise<GpuBackend> => {
    const { device, packedDotProducts } = await openDevice(found.gpu);
    return await openGpuBackend(device, adapter, { shape, shortcuts, packedDotProducts });
  };
  const times = await tuneShapes({
    open,
    now: () => performance.now(),
    onShape: (_, number, of) => {
      if (process.stderr.isTTY) process.stderr.write(`\r${number} of ${of} shapes`);
    },
  });
  if (process.stderr.isTTY) process.stderr.write('\r\x1b[K');
  const shape = fastestShape(times) ?? defaultShape;
  const file = canKeep && keepShape(adapter, shape) ? tuningFile() : null;
  if (options.json) print(`${JSON.stringify({ adapter, shape, times, file }, null, 2)}\n`);
  else print(`${shapeTable(adapter, times, shape)}${file === null ? '' : `Kept in ${file}\n`}`);
}

const columns = ['workgroup', 'subgroups', 'sums', 'dot product ms', 'bit lines ms', ''];

function shapeTable(adapter: string, times: readonly ShapeTime[], best: KernelShape): string {
  const table = new Table({ ...borderless(columns.length), head: columns.map((c) => pc.dim(c)) });
  for (const { shape, dotProduct, bitLines } of times)
    table.push([
      shape.workgroup,
      shape.subgroups ? 'on' : 'off',
      shape.sums,
      dotProduct.toFixed(2),
      bitLines.toFixed(2),
      shape === best ? 'taken' : '',
    ]);
  return `${adapter}\n${table.toString()}\n`;
}
