// A Slurm of its own on this machine, without cgroups: controller, one node, munge. For root on Debian, about a minute.

import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { cpus, hostname } from 'node:os';
import { join } from 'node:path';

/** What a command of Slurm said. */
type Ask = (command: string, ...args: string[]) => string;

/** A running Slurm. */
export interface Slurm {
  readonly env: Readonly<Record<string, string>>;
  readonly ask: Ask;
  readonly stop: () => void;
}

const has = (program: string): boolean =>
  spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

/** Why there is no Slurm here, after trying to install it; undefined: there is. */
export function missingSlurm(): string | undefined {
  if (process.getuid?.() !== 0) return 'a Slurm of our own needs root';
  if (has('slurmctld') && has('slurmd') && has('munged')) return undefined;
  if (!has('apt-get')) return 'no Slurm, and no apt-get to install it';
  const { status } = spawnSync(
    'apt-get',
    ['install', '-y', '--no-install-recommends', 'slurm-wlm', 'munge'],
    { env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }, timeout: 300_000 },
  );
  return status === 0 ? undefined : 'apt-get cannot install slurm-wlm and munge';
}

/** Starts it with its files in `folder`. */
export async function startSlurm(folder: string): Promise<Slurm> {
  for (const sub of ['state', 'spool', 'log']) mkdirSync(join(folder, sub));
  const name = hostname().split('.')[0]!;
  const conf = join(folder, 'slurm.conf');
  writeFileSync(conf, confOf(folder, name, [await freePort(), await freePort()]));
  const env = { SLURM_CONF: conf };
  const run = (command: string, args: readonly string[]): string => {
    const { status, stdout, stderr } = spawnSync(command, [...args], {
      encoding: 'utf8',
      env: { ...process.env, ...env },
      timeout: 60_000,
    });
    if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${stderr}`);
    return stdout.trim();
  };
  const pids: number[] = [];
  // Whoever runs the tests may have a munged already: then that one does.
  if (!existsSync('/run/munge/munge.socket.2') || spawnSync('munge', ['-n']).status !== 0) {
    mkdirSync('/run/munge', { recursive: true });
    run('chown', ['munge:munge', '/run/munge']);
    const munged = spawn(
      'su',
      ['-s', '/bin/sh', 'munge', '-c', 'exec munged --foreground --force'],
      {
        stdio: 'ignore',
      },
    );
    pids.push(munged.pid!);
    await until(() => spawnSync('munge', ['-n']).status === 0, 'munged');
  }
  run('slurmctld', []);
  run('slurmd', []);
  const stop = (): void => {
    for (const file of ['d.pid', 'ctld.pid']) {
      const path = join(folder, file);
      if (existsSync(path)) pids.push(Number(readFileSync(path, 'utf8')));
    }
    for (const pid of pids.toReversed()) {
      try {
        process.kill(pid, 'SIGTERM');
      } catch {
        // It has ended already.
      }
    }
  };
  const ask: Ask = (command, ...args) => run(command, args);
  try {
    await until(() => ask('sinfo', '-h', '-o', '%t').startsWith('idle'), 'an idle node');
  } catch (error) {
    stop();
    throw error;
  }
  return { env, ask, stop };
}

/** Waits until `isSo`; a minute is long for any of these steps. */
export async function until(isSo: () => boolean, what: string, seconds = 60): Promise<void> {
  for (let step = 0; step < seconds * 5; step++) {
    try {
      if (isSo()) return;
    } catch {
      // Not yet.
    }
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

/** A port that nobody listens on: daemons of a test run that was killed may still have theirs. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const confOf = (
  folder: string,
  host: string,
  [controller, node]: readonly [number, number],
): string => `ClusterName=mars
SlurmctldHost=${host}(127.0.0.1)
SlurmctldPort=${controller}
SlurmdPort=${node}
AuthType=auth/munge
SlurmUser=root
SlurmdUser=root
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
MpiDefault=none
StateSaveLocation=${folder}/state
SlurmdSpoolDir=${folder}/spool
SlurmctldPidFile=${folder}/ctld.pid
SlurmdPidFile=${folder}/d.pid
SlurmctldLogFile=${folder}/log/ctld.log
SlurmdLogFile=${folder}/log/d.log
SelectType=select/cons_tres
ReturnToService=2
SchedulerParameters=sched_interval=1,batch_sched_delay=0
KillWait=1
NodeName=${host} NodeAddr=127.0.0.1 CPUs=${cpus().length} RealMemory=8000 State=UNKNOWN
PartitionName=all Nodes=ALL Default=YES MaxTime=INFINITE State=UP
`;
