// `mars page`: serves the page and opens it in the browser.

import { spawn } from 'node:child_process';
import { Command } from 'commander';
import { wholeNumber } from '../../settings/kinds.ts';
import { option } from '../options.ts';
import { print, printed } from '../output.ts';
import { servePage } from '../page-server.ts';

interface PageOptions {
  readonly port: number;
  readonly host: string;
  readonly open: boolean;
}

/** The command. */
export function pageCommand(): Command {
  return new Command('page')
    .description('serve the page of mars-cim on this machine and open it in the browser')
    .addOption(
      option('--port <number>', 'port, 0 for any that is free', wholeNumber(0, 65_535)).default(
        8417,
      ),
    )
    .option(
      '--host <name>',
      'address to serve on; browsers compute on WebGPU only for this machine itself or https',
      '127.0.0.1',
    )
    .option('--no-open', 'do not open the browser')
    .action(async ({ port, host, open }: PageOptions) => {
      const server = await servePage({ port, host });
      print(`${server.url}\n`);
      await printed();
      process.stderr.write('Ctrl-C ends it.\n');
      if (open) openInBrowser(server.url);
      await untilStopped();
      server.close();
    });
}

/** Waits for Ctrl-C, or for whoever ends this process. */
const untilStopped = (): Promise<void> =>
  new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });

/** Opens `url` in the person's own browser, where there is a desktop; the address is printed in any case. */
function openInBrowser(url: string): void {
  const { platform, env } = process;
  const hasDesktop = Boolean(env['DISPLAY'] ?? env['WAYLAND_DISPLAY']);
  if (!['darwin', 'win32'].includes(platform) && !hasDesktop) return;
  const [command, args] =
    platform === 'win32'
      ? (['cmd', ['/c', 'start', '""', url]] as const)
      : ([platform === 'darwin' ? 'open' : 'xdg-open', [url]] as const);
  const opener = spawn(command, args, {
    stdio: 'ignore',
    detached: true,
    windowsVerbatimArguments: true,
  });
  // A machine without such a command: the person opens the printed address.
  opener.on('error', () => undefined);
  opener.unref();
}
