// Keeps two setups of one clone from running at once (npm ci and the build replace whole folders).
import { createHash } from 'node:crypto';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const patienceMs = 20 * 60 * 1000;

/** Waits for another setup of the clone in `root` to end, then keeps others waiting until this process ends. */
export function takeLock(root, say) {
  const path = join(
    tmpdir(),
    `mars-setup-${createHash('sha256').update(root).digest('hex').slice(0, 12)}.lock`,
  );
  const giveUp = Date.now() + patienceMs;
  for (let round = 0; ; round += 1) {
    try {
      writeFileSync(path, String(process.pid), { flag: 'wx' });
      process.on('exit', () => rmSync(path, { force: true }));
      return;
    } catch (error) {
      if (error.code !== 'EEXIST') return; // no lock can be had here: better unlocked than not at all
    }
    if (round === 1) say('another setup of this clone is running: waiting for it');
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
    if (ownerIsGone(path) || Date.now() > giveUp) rmSync(path, { force: true });
  }
}

/** Whether the lock was left behind by a process that was killed. */
function ownerIsGone(path) {
  try {
    const pid = Number(readFileSync(path, 'utf8'));
    return pid > 0 && !process.kill(pid, 0); // 0: its owner is just about to write its number
  } catch (error) {
    return error.code === 'ESRCH';
  }
}
