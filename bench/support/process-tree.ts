// CPU seconds of a process and all that it started: what a browser's page costs, for its GPU process draws the load.

import { existsSync, readdirSync, readFileSync } from 'node:fs';

/** Clock ticks per second in /proc: the same on every Linux that Node runs on. */
const ticks = 100;

/** CPU seconds used so far by `pid` and its living descendants; undefined where there is no /proc. */
export function processTreeSeconds(pid: number | undefined): number | undefined {
  if (pid === undefined || !existsSync('/proc/self/stat')) return undefined;
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => statOf(Number(name)));
  const inTree = new Set([pid]);
  for (let before = 0; before < inTree.size;) {
    before = inTree.size;
    for (const one of all) if (inTree.has(one.parent)) inTree.add(one.pid);
  }
  return all.filter((one) => inTree.has(one.pid)).reduce((sum, { seconds }) => sum + seconds, 0);
}

interface ProcessStat {
  readonly pid: number;
  readonly parent: number;
  readonly seconds: number;
}

function statOf(pid: number): readonly ProcessStat[] {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the name in brackets, may have blanks: count from its end. Then: state, parent ... user, system.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const seconds = (Number(fields[11]) + Number(fields[12])) / ticks;
    return [{ pid, parent: Number(fields[1]), seconds }];
  } catch {
    return []; // it ended meanwhile
  }
}
