// Scripts that run a plan as a job array of Slurm: the array, a job that merges, and what submits both.

import { join, resolve } from 'node:path';
import { writeTogether } from '../write-files.ts';
import type { SweepBackend } from './sweep-work.ts';

interface JobOptions {
  readonly backend: SweepBackend;
  readonly parts: number;
  readonly tasks: number;
}

/** The words that start this command line again. */
export const commandWords = (): readonly string[] => [
  process.execPath,
  resolve(process.argv[1] ?? ''),
];

/**
 * Writes `array.sbatch`, `merge.sbatch` and `submit.sh` into the folder; gives what to print.
 * @throws {CimError} (input) when one cannot be written
 */
export function writeJobScripts(folder: string, options: JobOptions): string {
  const out = resolve(folder);
  const scripts = {
    'array.sbatch': arrayScript(out, options),
    'merge.sbatch': mergeScript(out),
    'submit.sh': submitScript(out),
  };
  writeTogether(
    Object.entries(scripts).map(([name, content]) => ({ path: join(folder, name), content })),
  );
  return `Written: ${folder}/${Object.keys(scripts).join(', ')}\nSubmit with: sh ${folder}/submit.sh\n`;
}

/** A word of a shell. */
const quoted = (word: string): string =>
  /^[\w./=:@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;

const mars = (words: readonly string[]): string =>
  [...commandWords(), ...words].map(quoted).join(' ');

/** Lines of resources: `sbatch`'s own options win over them. */
const resources = (out: string, name: string, log: string): string => `#SBATCH --job-name=${name}
#SBATCH --output=${out}/logs/${log}.log
#SBATCH --open-mode=append
#SBATCH --requeue
#SBATCH --nodes=1
#SBATCH --ntasks=1`;

const arrayScript = (out: string, { tasks, parts, backend }: JobOptions): string => `#!/bin/sh
# Each task does its share of the points. A task that is killed and requeued goes on where it was: results that are there
# are kept. Change the resources here, or give them to sbatch (sh submit.sh --time=8:00:00 --mem=8G).
${resources(out, 'mars-sweep', '%A_%a')}
#SBATCH --array=1-${tasks}
#SBATCH --cpus-per-task=2
#SBATCH --mem=2G
#SBATCH --time=4:00:00
exec ${mars(['sweep', `${out}/plan.json`, '--out', out, '--backend', backend, '--parts', String(parts)])} --threads "\${SLURM_CPUS_PER_TASK:-1}" --shard "$SLURM_ARRAY_TASK_ID/${tasks}"
`;

const mergeScript = (out: string): string => `#!/bin/sh
# Gathers the tables once all tasks have ended well.
${resources(out, 'mars-collect', 'merge_%j')}
#SBATCH --cpus-per-task=1
#SBATCH --mem=2G
#SBATCH --time=1:00:00
exec ${mars(['sweep', '--collect', out])}
`;

const submitScript = (out: string): string => `#!/bin/sh
# Submits the array, and the job that merges behind it. Options are handed to sbatch for the array.
set -e
mkdir -p ${quoted(`${out}/logs`)}
array=$(sbatch --parsable "$@" ${quoted(`${out}/array.sbatch`)})
merge=$(sbatch --parsable --dependency="afterok:\${array%%;*}" ${quoted(`${out}/merge.sbatch`)})
echo "array $array, merge $merge"
`;
