// What a training checks of the checkpoint that it goes on from, and of the network that it ends with.

import { CimError } from '../../core/errors.ts';
import { hasWeights, type Layer } from '../../network/layer.ts';
import type { Network } from '../../network/network.ts';
import type { Checkpoint } from './checkpoint.ts';
import { faultyArrays } from './find-fault.ts';
import type { GroupedLayer } from '../groups/groups.ts';

/** What a person can do about a training whose numbers are not finite any more. */
export const divergedAdvice = 'use a smaller learning rate or a weaker group lasso';

/**
 * Checks that weights did not overflow: they may do so in the last step, whose loss was still a number.
 * @param told what to tell about the last good checkpoint
 * @throws {CimError} naming the layer
 */
export function checkTrained(network: Network, told: string | undefined): void {
  const layer = faultyArrays(network);
  if (layer === undefined) return;
  throw new CimError('training', {
    what: 'training diverged: it has a value that is not finite',
    where: [network.name, layer],
    todo: told === undefined ? divergedAdvice : `${divergedAdvice}; ${told}`,
  });
}

/**
 * Checks that a checkpoint is of the network that is trained: the same layers, and a value for each group.
 * @throws {CimError} (input) naming the layer that differs
 */
export function checkResumed(
  checkpoint: Checkpoint,
  network: Network,
  grouped: readonly GroupedLayer[],
): void {
  const todo = 'start again without --resume';
  const layers = checkpoint.network.layers.map(outline);
  const wanted = network.layers.map(outline);
  const odd = wanted.findIndex((one, i) => one !== layers[i]);
  if (odd >= 0 || layers.length !== wanted.length)
    throw new CimError('input', {
      what: 'its checkpoint has another layer here',
      where: [network.name, network.layers[odd]?.name ?? checkpoint.network.name],
      todo,
    });
  for (const { name, groups } of grouped) {
    const kept = checkpoint.kept.get(name)?.length ?? 0;
    if (kept !== groups)
      throw new CimError('input', {
        what: `its checkpoint says of ${kept} groups whether they are kept, the layer has ${groups}`,
        where: [network.name, name],
        todo,
      });
  }
}

/** A layer without its arrays, and without what training changes: batch norms are fused before quantization. */
function outline(layer: Layer): string {
  if (!hasWeights(layer)) return JSON.stringify(layer);
  if (layer.kind === 'linear') {
    const { kind, name, input, inputs, outputs, relu } = layer;
    return JSON.stringify({ kind, name, input, inputs, outputs, relu });
  }
  const { kind, name, input, channels, kernels, window, residual, relu } = layer;
  return JSON.stringify({ kind, name, input, channels, kernels, window, residual, relu });
}
