// Files that a person chose or dropped, each to where it belongs.

import { CimError } from '../../core/errors.ts';
import { readReport } from '../../report/read-report.ts';
import type { Report } from '../../report/report.ts';
import { readMetrics } from '../../network/io/metrics-file.ts';
import type { NamedBytes, UserFiles } from '../engine/user-files.ts';
import type { Metrics } from './train-tab.ts';
import { openPicture } from '../engine/open-picture.ts';
import { checkFiles } from './own-files.ts';
import { kindOfFile } from './sort-files.ts';

/** Who gets them. */
export interface FileTakers {
  readonly add: (files: UserFiles) => void;
  readonly addReport: (report: { readonly name: string; readonly report: Report }) => void;
  readonly addMetrics: (metrics: Metrics) => void;
  /** Called after all; empty: every file was taken. */
  readonly done: (problems: readonly string[]) => void;
}

/** What is to be done with a file once it was read without fault. */
type Take = () => void;

/** Makes the function that takes files. A bad one is refused with what is wrong with it; the others are taken. */
export function makeFileIntake(takers: FileTakers): (files: readonly File[]) => Promise<void> {
  return async (files) => {
    const problems: string[] = [];
    const attempt = async (read: () => Promise<Take>): Promise<void> => {
      try {
        (await read())();
      } catch (error) {
        problems.push(error instanceof CimError ? error.message : String(error));
      }
    };
    const images: NamedBytes[] = [];
    for (const file of files)
      await attempt(async () => {
        const named = await readFile(file);
        if (kindOfFile(named) !== 'images') return await taken(named, takers);
        return () => images.push(named);
      });
    if (images.length > 0) await attempt(() => checked({ images }, takers));
    takers.done(problems);
  };
}

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
  await checkFiles(files, openPicture);
  return () => add(files);
}

const readFile = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});
