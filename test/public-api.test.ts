// The package's exports: each has a docstring, and a program can do what the command line does.

import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from './support/mars.ts';
import { apiOf, entryPoints, undocumented } from './support/public-api.ts';

/**
 * What the command line takes from other folders for itself alone: how it words, prints, checks and stores. Whatever
 * computes something of a chip is not among these.
 */
const ofTheCommandLine = {
  words: [
    'countOf',
    'shownText',
    'shownTexts',
    'notSimulated',
    'subjectText',
    'formatBytes',
    'formatCount',
    'formatDuration',
    'formatEnergy',
    'formatNumber',
    'formatRareShare',
    'formatWhole',
    'formatShare',
  ],
  text: ['parseJson', 'checkSchema', 'crc32', 'nearestName'],
  assertions: ['assert', 'at'],
  numbers: ['smallest', 'largest'],
  // Where the test images of CIFAR lie, and which bits a coding has: one number of a format each.
  formats: ['cifarRecord', 'indexCodeBits', 'datasetNames'],
  // How plots look: they need Observable Plot, which the package does not bring.
  plots: ['plotOptions', 'rooflineOptions', 'paperTheme'],
  // openGpu does both at once; the command line names the adapter first.
  adapters: ['openDevice', 'openGpuBackend'],
  // Files and folders of pictures need decoders, which the package brings along for the command line and the page alone: a
  // program hands over pixels.
  pictures: [
    'calibrationPictures',
    'classesOf',
    'labelBytes',
    'listPictures',
    'namesOf',
    'readAll',
    'readClassNames',
    'testPictures',
  ],
  // These tell of a machine, not of a chip.
  machines: ['adapterOf', 'checkKnownProduct', 'runCheck', 'checkMarkdown', 'headline'],
};

/** What options mean, and which files and names they stand for: a program has the values themselves. */
const ofOptions = 'src/settings/';

interface Taken {
  readonly name: string;
  readonly from: string;
}

/** Values that the files of src/cli import from other folders of src. */
function takenByCommandLine(): readonly Taken[] {
  const folder = 'src/cli';
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .flatMap((name) => {
      const file = join(folder, name);
      const text = readFileSync(join(root, file), 'utf8');
      return [...text.matchAll(/^import \{([^}]*)\} from '(\.[^']+)';/gm)].flatMap(
        ([, names, specifier]) =>
          names!
            .split(',')
            .map((one) => one.trim().split(' as ')[0]!)
            .filter((one) => one !== '' && !one.startsWith('type '))
            .map((one) => ({ name: one, from: normalize(join(dirname(file), specifier!)) })),
      );
    })
    .filter(({ from }) => from.startsWith('src/') && !from.startsWith(`${folder}/`));
}

describe('the exports of the package', () => {
  it.each(entryPoints)('%s: each has a docstring, and so have its methods', (entry) => {
    const api = apiOf(entry);

    expect(api.length).toBeGreaterThan(4);
    expect(api.flatMap(undocumented)).toEqual([]);
  });

  it('are all that the command line computes with', () => {
    const exported = new Set(entryPoints.flatMap((entry) => apiOf(entry).map(({ name }) => name)));
    const taken = takenByCommandLine().filter(({ from }) => !from.startsWith(ofOptions));
    const own = new Set(Object.values(ofTheCommandLine).flat());
    const missing = taken.filter(({ name }) => !exported.has(name) && !own.has(name));

    expect(taken.length).toBeGreaterThan(100);
    expect([...new Set(missing.map(({ name, from }) => `${name} of ${from}`))]).toEqual([]);
  });

  it('would be missed', () => {
    const [first] = apiOf('src/index.ts');
    expect(undocumented({ ...first!, declarations: [] })).toEqual([first!.name]);
  });
});
