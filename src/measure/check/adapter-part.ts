// What an adapter says of itself, and whether its clock can be read.

import { timestampFeature } from '../../gpu/pass-times.ts';
import { openGpuOf } from '../backend.ts';
import { commonLayer, openLayer, uniformInputs } from '../layer.ts';
import { openLayerCase } from '../layer-case.ts';
import type { Part } from './stage.ts';

/** Adapter, driver, limits and features stand in the report; here, what its clock tells. */
export const adapterPart: Part = {
  name: 'adapter',
  asks: 'What is the adapter, and does it tell times?',
  share: 2,
  run: async (stage) => {
    const { host } = stage;
    const { adapter } = host;
    if (adapter.software) stage.note('a software adapter: its figures are those of the processor');
    const hasClock = adapter.features.includes(timestampFeature);
    if (!hasClock) stage.note(`no feature ${timestampFeature}: times are those on the wall`);
    await using backend = await openGpuOf(host, { shortcuts: false });
    const small = openLayer({ ...commonLayer, channels: 16, kernels: 16, height: 8, width: 8 });
    const run = { layer: small, inputs: uniformInputs(small.spec, 1), images: 1, isBound: false };
    const one = await openLayerCase(host, backend, run);
    const checked = await one.check();
    backend.takePassTimes();
    for (let i = 0; i < 8; i++) await one.run({ restart: () => undefined });
    const times = backend.takePassTimes();
    one.dispose?.();
    stage.add({
      key: { adapter: adapter.name },
      facts: { timestamps: hasClock ? 'yes' : 'no', 'clock step ns': times?.step ?? 'unknown' },
      checked,
      timing: null,
    });
  },
};
