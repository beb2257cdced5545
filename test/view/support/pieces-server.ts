// Builds the page of pieces into a temporary folder and serves it under a strict content security policy.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sirv from 'sirv';
import { build } from 'vite';
import type { PiecesData } from './pieces-page/pieces-data.ts';

/** A server of the page. */
export interface PiecesServer {
  readonly url: string;
  /** The folder that is served; gone after `close`. */
  readonly folder: string;
  close(): void;
}

/** Builds and serves. */
export async function servePieces(data: PiecesData): Promise<PiecesServer> {
  const folder = mkdtempSync(join(tmpdir(), 'mars-pieces-'));
  await build({
    root: join(import.meta.dirname, 'pieces-page'),
    configFile: false,
    logLevel: 'error',
    base: './',
    build: { outDir: folder, emptyOutDir: true, target: 'es2022', assetsInlineLimit: 0 },
  });
  writeFileSync(join(folder, 'data.json'), JSON.stringify(data));
  const files = sirv(folder, { dev: true });
  const server = createServer((request, response) => {
    response.setHeader('Content-Security-Policy', "default-src 'self'");
    if (request.url === '/favicon.ico') response.writeHead(204).end();
    else files(request, response, () => response.writeHead(404).end());
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    folder,
    close: () => {
      server.close();
      server.closeAllConnections();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
