// Builds the page of pieces into a temporary folder and serves it under a strict content security policy.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'vite';
import { servePages } from '../../support/page-server.ts';
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
  const server = await servePages(
    { '': folder },
    {},
    { 'Content-Security-Policy': "default-src 'self'; base-uri 'none'; form-action 'none'" },
  );
  return {
    url: `${server.origin}/`,
    folder,
    close: () => {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
