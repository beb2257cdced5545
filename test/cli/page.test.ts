// `mars page`, where it cannot serve. What it serves is tested on the packed package.

import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { mars, root } from '../support/mars.ts';

describe('mars page', () => {
  it('says that the port is taken, and ends', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const port = String((other.address() as AddressInfo).port);
    try {
      // Not `mars()`: it would block this process, which holds the port.
      const child = spawn(process.execPath, [
        join(root, 'bin/mars.js'),
        'page',
        '--no-open',
        '--port',
        port,
      ]);
      let stderr = '';
      child.stderr.on('data', (text: Buffer) => (stderr += text.toString()));
      const code = await new Promise((resolve) => child.once('close', resolve));

      expect(stderr).toBe(
        `mars: 127.0.0.1:${port}: port ${port} is taken by another program; choose another --port, or --port 0 for any that is free\n`,
      );
      expect(code).toBe(1);
    } finally {
      other.close();
    }
  });

  it.for([
    ['--host', '192.0.2.1', /192\.0\.2\.1:0: cannot serve there \(EADDRNOTAVAIL\); give --host/],
    ['--port', '70000', /port: must be a whole number from 0 to 65535, not "70000"/],
  ] as const)('refuses %s %s', ([option, value, message]) => {
    const { code, stdout, stderr } = mars(['page', '--no-open', '--port', '0', option, value]);

    expect(stderr).toMatch(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  });
});
