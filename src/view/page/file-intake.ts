// Files that a person chose or dropped, each to where it belongs.

import { CimError } from '../../core/errors.ts';
import type { Report } from '../../report/report.ts';
import { readMetrics } from '../../network/metrics-file.ts';
import type { NamedBytes, UserFiles } from '../engine/engine.ts';
import type { Metrics } from './train-tab.ts';
import { kindOfFile } from './sort-files.ts';

/** Who gets them. */
export interface FileTakers {
  readonly add: (files: UserFiles) => void;
  readonly addReport: (report: { readonly name: string; readonly report: Report }) => void;
  readonly addMetrics: (metrics: Metrics) => void;
  readonly fail: (message: string) => void;
}

/** Makes the function that takes files. */
export function makeFileIntake(takers: FileTakers): (files: readonly File[]) => Promise<void> {
  return async (files) => {
    try {
      const read = await Promise.all(files.map(readFile));
      const images = read.filter((file) => kindOfFile(file) === 'images');
      if (images.length > 0) takers.add({ images });
      for (const file of read) hand(file, takers);
    } catch (error) {
      takers.fail(error instanceof CimError ? error.message : String(error));
    }
  };
}

function hand(file: NamedBytes, takers: FileTakers): void {
  const kind = kindOfFile(file);
  if (kind === 'network') takers.add({ network: file });
  else if (kind === 'chip') takers.add({ chip: file });
  else if (kind === 'report') takers.addReport({ name: file.name, report: parsed(file) as Report });
  else if (kind === 'metrics')
    takers.addMetrics({ name: file.name, epochs: readMetrics(file.bytes, file.name) });
}

const readFile = async (file: File): Promise<NamedBytes> => ({
  name: file.name,
  bytes: new Uint8Array(await file.arrayBuffer()),
});

const textOf = ({ bytes }: NamedBytes): string => new TextDecoder().decode(bytes);
const parsed = (file: NamedBytes): unknown => JSON.parse(textOf(file));
