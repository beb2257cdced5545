// The digests that every adapter is checked against, from the reference where it is fast enough, else from WebAssembly.
// A change of a network, of how it is compressed, or of noise changes them: npx vitest run --mode all FILE --update

import { describe, expect, it } from 'vitest';
import { nodeSources } from '../../../src/cli/node-sources.ts';
import {
  type DigestCase,
  digestCases,
  digestName,
  digestOf,
  mapDigestCase,
} from '../../../src/measure/check/digest.ts';
import digests from '../../../src/measure/check/digests.json' with { type: 'json' };
import { openJudge } from '../../../src/measure/judge.ts';
import { openReference } from '../../../src/reference/reference-backend.ts';
import { loadNetwork } from '../../../src/settings/load-job.ts';
import type { MacroBackend } from '../../../src/simulate/macro-backend.ts';
import { fakeHost } from '../../support/fake-host.ts';

const host = {
  ...fakeHost,
  sources: nodeSources,
  network: (network: string) => loadNetwork({ network, seed: 1 }, nodeSources),
};

async function digestOn(one: DigestCase, backend: MacroBackend): Promise<string> {
  await using opened = backend;
  return await digestOf(await mapDigestCase(host, one), one, opened);
}

describe('the digests of the self-check', () => {
  it('are those of WebAssembly', async () => {
    const found: Record<string, string> = {};
    for (const one of digestCases) found[digestName(one)] = await digestOn(one, await openJudge());

    const names = Object.keys(found);
    expect(
      names.filter((name) => names.some((other) => other !== name && found[other] === found[name])),
    ).toEqual([]);
    await expect(`${JSON.stringify(found, null, 2)}\n`).toMatchFileSnapshot(
      '../../../src/measure/check/digests.json',
    );
  });

  it.for(digestCases.filter(({ network }) => network === 'mnist-cnn'))(
    'are those of the reference for $network $set',
    async (one) => {
      const recorded: Readonly<Record<string, string>> = digests;

      expect(await digestOn(one, openReference())).toBe(recorded[digestName(one)]);
    },
  );
});
