// Does an adapter give the numbers that every other gives? A known product, random programs on every path, the trained
// networks, ADCs that clip and every kind of noise.

import { CimError, hasKind } from '../../core/errors.ts';
import { checkKnownProduct } from '../../gpu/known-product.ts';
import type { Mapping } from '../../mapping/map-to-chip.ts';
import { openJudge } from '../judge.ts';
import { openGpuOf } from '../backend.ts';
import { WrongNumbers } from '../equal.ts';
import { seededImages } from '../seeded-images.ts';
import { type DigestCase, digestCases, digestName, digestOf, mapDigestCase } from './digest.ts';
import recorded from './digests.json' with { type: 'json' };
import { checkRandomPrograms } from './random-programs.ts';
import type { Part, Stage } from './stage.ts';
import { wrongLayer } from './wrong-layer.ts';

/** Random programs of each style: some at first, then the networks, then more in rounds for as long as there is time. */
const firstRound = 6;
const furtherRound = 24;
const lastProgram = 2500;

/** The part. */
export const equality: Part = {
  name: 'equality',
  asks: 'Does the adapter give the numbers of the reference, on every path, with every kind of noise?',
  share: 30,
  isDecisive: true,
  run: async (stage) => {
    await knownProduct(stage);
    await checkRandomPrograms(stage, { first: 0, count: firstRound });
    for (const one of digestCases) {
      if (stage.hasTime()) await checkDigest(stage, one);
      else stage.skip({ network: one.network, set: one.set.join(' ') });
    }
    for (let first = firstRound; first < lastProgram && stage.hasTime(); first += furtherRound)
      await checkRandomPrograms(stage, { first, count: furtherRound });
  },
};

async function knownProduct(stage: Stage): Promise<void> {
  const paths = await checkKnownProduct((shortcuts) => openGpuOf(stage.host, { shortcuts }));
  stage.add({
    key: { programs: 'a known product of 16 x 16' },
    facts: Object.fromEntries(paths.map((path) => [path, 1])),
    checked: '256 values with their definition',
    timing: null,
  });
}

async function checkDigest(stage: Stage, one: DigestCase): Promise<void> {
  const mapping = await mappedOr(stage, one);
  if (!mapping) return;
  await using backend = await openGpuOf(stage.host);
  const actual = await digestOf(mapping, one, backend);
  const expected = (recorded as Readonly<Record<string, string>>)[digestName(one)];
  if (actual !== expected) await findCause(stage, one, mapping);
  stage.add({
    key: { network: one.network, set: one.set.join(' ') || 'nothing' },
    facts: { images: one.images, digest: actual },
    checked: 'outputs and events with the digest that is recorded',
    timing: null,
  });
}

/** The mapped network of a case; undefined, and said, where it does not come along. */
async function mappedOr(stage: Stage, one: DigestCase): Promise<Mapping | undefined> {
  try {
    return await mapDigestCase(stage.host, one);
  } catch (error) {
    if (!hasKind(error, 'usage') && !hasKind(error, 'input')) throw error;
    stage.note(`${one.network} is left out: ${error.message}`);
    return undefined;
  }
}

/** @throws {WrongNumbers} with the first layer that WebAssembly computes in another way, if there is one */
async function findCause(stage: Stage, one: DigestCase, mapping: Mapping): Promise<never> {
  await using backend = await openGpuOf(stage.host);
  await using judge = await openJudge();
  const images = seededImages(mapping.network.input, one.images);
  const wrong = await wrongLayer(mapping, images, backend, judge);
  if (wrong)
    throw new WrongNumbers(`${digestName(one)}: ${wrong.layer} has other values`, wrong.found);
  throw new CimError('simulation', {
    what: `the digest differs from the recorded one, though every layer has the values of ${judge.name}`,
    where: digestName(one),
    todo: 'the network, or how it is compressed on this machine, is another; report it',
  });
}
