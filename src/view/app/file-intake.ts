// Files that a person chose or dropped, each to where it belongs.

import { CimError } from '../../core/errors.ts';
import { readReport } from '../../report/read-report.ts';
import type { Report } from '../../report/report.ts';
import { readMetrics } from '../../network/io/metrics-file.ts';
import { unpack } from '../engine/bundled-data.ts';
import type { NamedBytes, UserFiles } from '../engine/user-files.ts';
import type { Metrics } from './train-tab.ts';
import type { GivenFiles } from './given-files.ts';
import { checkFiles } from './own-files.ts';
import { isKnownFile, kindOfFile } from './sort-files.ts';

/** Who gets them. */
export interface FileTakers {
  readonly add: (files: UserFiles) => void;
  readonly addReport: (report: { readonly name: string; readonly report: Report }) => void;
  readonly addMetrics: (metrics: Metrics) => void;
  /** A plan and results of an experiment, which belong together. */
  readonly addExperiment: (files: readonly NamedBytes[]) => Promise<void>;
  /** Called after all; empty: every file was taken. */
  readonly done: (problems: readonly string[]) => void;
}

/** What is to be done with a file once it was read without fault. */
type Take = () => void;

/** Makes the function that takes files. A bad one is refused with what is wrong with it; the others are taken. */
export function makeFileIntake(
  takers: FileTakers,
): (given: GivenFiles | Promise<GivenFiles>) => Promise<void> {
  return async (given) => {
    const { files, inside, folders } = await given;
    const problems: string[] = [];
    const attempt = async (read: () => Promise<Take>): Promise<void> => {
      try {
        (await read())();
      } catch (error) {
        problems.push(error instanceof CimError ? error.message : String(error));
      }
    };
    const images: NamedBytes[] = [];
    const ofExperiment: NamedBytes[] = [];
    const known = await knownOf(inside);
    if (inside.length > 0 && known.length === 0)
      problems.push('The folder holds neither pictures nor a file of a type that is supported.');
    for (const file of [...files, ...known])
      await attempt(async () => {
        const named = await readFile(file);
        const kind = kindOfFile(named);
        if (kind === 'images') return () => images.push(named);
        if (kind === 'experiment') return () => ofExperiment.push(named);
        return await taken(named, takers);
      });
    if (images.length > 0) await attempt(() => checked({ images }, takers));
    if (ofExperiment.length > 0)
      await attempt(async () => {
        await takers.addExperiment(ofExperiment);
        return () => undefined;
      });
    for (const folder of folders) await attempt(() => checked({ folder }, takers));
    takers.done(problems);
  };
}

/** Those that somebody reads. A folder of results holds a README too. */
async function knownOf(files: readonly File[]): Promise<readonly File[]> {
  const known: File[] = [];
  for (const file of files) {
    const start = new Uint8Array(await file.slice(0, startBytes).arrayBuffer());
    if (isKnownFile({ name: file.name, bytes: start })) known.push(file);
  }
  return known;
}

/** Bytes that tell a stored image from other files. */
const startBytes = 64;

async function taken(file: NamedBytes, takers: FileTakers): Promise<Take> {
  const kind = kindOfFile(file);
  if (kind === 'network') return await checked({ network: file }, takers);
  if (kind === 'chip') return await checked({ chip: file }, takers);
  const { name } = file;
  if (kind === 'metrics') {
    const epochs = readMetrics(file.bytes, name);
    return () => takers.addMetrics({ name, epochs });
  }
  const report = readReport(file.bytes, name);
  return () => takers.addReport({ name, report });
}

async function checked(files: UserFiles, { add }: FileTakers): Promise<Take> {
  await checkFiles(files);
  return () => add(files);
}

/** A file, unpacked where its name says that it is packed with gzip. */
async function readFile(file: File): Promise<NamedBytes> {
  const { name } = file;
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (!name.endsWith('.gz')) return { name, bytes };
  try {
    return { name, bytes: await unpack(bytes) };
  } catch (cause) {
    throw new CimError('input', {
      what: 'is not packed with gzip, or is damaged',
      where: name,
      cause,
    });
  }
}
