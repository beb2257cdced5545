// The golden set: outputs, reports, traces, stored images and error lines of the jobs in jobs.ts, byte for byte as they
// were. A commit that changes one says which and why, and writes the snapshots anew: npx vitest run test/golden --update

import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { emptyFolder, mars } from '../support/mars.ts';
import { writeInputs } from './inputs.ts';
import { failingCommands, goldenJobs } from './jobs.ts';

let inputs: ReadonlyMap<string, string>;

beforeAll(() => {
  inputs = writeInputs(emptyFolder());
});

/** The words of a command line, with paths for the words in capitals. */
const argumentsOf = (command: string): string[] =>
  command.split(' ').map((word) => inputs.get(word) ?? word);

/** Text without what differs between machines: paths of the input files, the adapter, and its memory. */
function portable(text: string): string {
  let found = text
    .replace(/^ {2}"adapter": ".*",$/m, '  "adapter": "",')
    .replace(/^ {2}"peakMemory": .*,$/m, '  "peakMemory": 0,');
  for (const [word, path] of inputs) found = found.replaceAll(path, word);
  return found;
}

const hash = (bytes: string | Uint8Array): string =>
  createHash('sha256').update(bytes).digest('hex');

function hashOfFile(path: string): string {
  const bytes = readFileSync(path);
  return hash(path.endsWith('.json') ? portable(bytes.toString('utf8')) : bytes);
}

/** Whether a job simulates, on whichever backend the machine has unless told otherwise. */
const simulates = (command: string): boolean =>
  /^(run|mvm) /.test(command) && !command.includes('--backend');

/** Milliseconds: a job takes seconds on a free machine. */
const patience = 600_000;

describe('the golden set has the bytes that it had:', { timeout: patience }, () => {
  it.for(goldenJobs)('mars $command', ({ command, writes }) => {
    const cwd = emptyFolder();

    const backend = simulates(command) ? ['--backend', 'gpu'] : [];
    const { code, stdout, stderr } = mars([...argumentsOf(command), ...backend], cwd);

    expect(code, stderr).toBe(0);
    const files = writes.map((name) => [name, hashOfFile(join(cwd, name))]);
    const printed = command.includes('--json') ? [['stdout', hash(portable(stdout))]] : [];
    expect(Object.fromEntries([...files, ...printed])).toMatchSnapshot();
  });
});

describe('WebAssembly gives the same bytes as WebGPU:', { timeout: patience }, () => {
  const jobs = goldenJobs.filter(({ command }) => simulates(command));

  it.for(jobs)('mars $command', ({ command, writes }) => {
    const [onGpu, onWasm] = ['gpu', 'wasm'].map((backend) => {
      const cwd = emptyFolder();
      const { code, stdout, stderr } = mars([...argumentsOf(command), '--backend', backend], cwd);
      expect(code, stderr).toBe(0);
      const names = writes.filter((name) => !name.endsWith('report.json'));
      return [
        stdout.startsWith('{') ? stdout : '',
        ...names.map((name) => hashOfFile(join(cwd, name))),
      ];
    });

    expect(jobs.length).toBeGreaterThan(20);
    expect(onWasm).toEqual(onGpu);
  });
});

describe('the golden set has the error lines that it had:', { timeout: patience }, () => {
  it.for(failingCommands)('mars %s', (command) => {
    const { code, stdout, stderr } = mars(argumentsOf(command));

    expect(stdout).toBe('');
    expect({ code, stderr: portable(stderr) }).toMatchSnapshot();
  });
});
