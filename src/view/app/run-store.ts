// The last runs, kept in the browser (IndexedDB), so that they can be compared after the page was closed.

import { type DBSchema, type IDBPDatabase, openDB } from 'idb';
import { checkReport } from '../../report/read-report.ts';
import type { Report } from '../../report/report.ts';
import type { RunSettings } from '../../settings/run-settings.ts';

/** A run as it is kept. */
export interface StoredRun {
  /** Grows from run to run; 0 for one that is not kept yet. */
  readonly id: number;
  /** ISO date and time. */
  readonly date: string;
  readonly settings: RunSettings;
  /** Names of a person's own files that took part: those are not kept. */
  readonly files: readonly string[];
  readonly report: Report;
}

interface Schema extends DBSchema {
  readonly runs: { readonly key: number; readonly value: Omit<StoredRun, 'id'> & { id?: number } };
}

/** How many runs are kept. */
const most = 30;

/** The kept runs. */
export interface RunStore {
  /** Newest first. */
  list(): Promise<readonly StoredRun[]>;
  /** Keeps a run, and drops the oldest where there are too many. Gives it with its id. */
  keep(run: Omit<StoredRun, 'id'>): Promise<StoredRun>;
  remove(id: number): Promise<void>;
}

/** Opens the store; where the browser has none (private windows, sandboxed frames), one that lasts as long as the page. */
export async function openRunStore(): Promise<RunStore> {
  try {
    const database = await openDB<Schema>('mars-cim', 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('runs', { keyPath: 'id', autoIncrement: true });
      },
    });
    return databaseStore(database);
  } catch {
    return memoryStore();
  }
}

function databaseStore(database: IDBPDatabase<Schema>): RunStore {
  return {
    list: async () => {
      const runs = (await database.getAll('runs')) as readonly StoredRun[];
      return runs.toReversed().flatMap(readable);
    },
    keep: async (run) => {
      const id = await database.add('runs', run);
      const keys = await database.getAllKeys('runs');
      for (const key of keys.slice(0, -most)) await database.delete('runs', key);
      return { ...run, id };
    },
    remove: (id) => database.delete('runs', id),
  };
}

/** The run, with its report in the form of today; nothing where another version kept what this one cannot read. */
function readable(run: StoredRun): readonly StoredRun[] {
  try {
    return [{ ...run, report: checkReport(run.report, `run ${run.id}`) }];
  } catch {
    return [];
  }
}

function memoryStore(): RunStore {
  let runs: readonly StoredRun[] = [];
  let last = 0;
  return {
    list: () => Promise.resolve(runs),
    keep: (run) => {
      const kept = { ...run, id: ++last };
      runs = [kept, ...runs].slice(0, most);
      return Promise.resolve(kept);
    },
    remove: (id) => {
      runs = runs.filter((run) => run.id !== id);
      return Promise.resolve();
    },
  };
}
