// Serves the built page with its data, on this machine.

import { existsSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import sirv from 'sirv';
import { CimError } from '../core/errors.ts';
import { rebuildAdvice } from './install-advice.ts';
import { packageRoot } from './package-root.ts';

/** Where to serve. */
export interface PageServerOptions {
  /** 0, the default: any that is free. */
  readonly port?: number;
  /** Name or address of this machine; `127.0.0.1` by default: nobody else reaches it. */
  readonly host?: string;
  /** Further files by path, such as `/job`. */
  readonly files?: Readonly<Record<string, Uint8Array>>;
}

/** A server that listens. */
export interface PageServer {
  /** Its address, with a slash at the end. */
  readonly url: string;
  /** Ends it, with all connections. */
  close(): void;
}

/** The folder that page and element load their data from. In the package there is one for both. */
const dataFolders = [join('dist', 'page', 'data'), join('dist', 'element', 'data')];

/**
 * Serves `dist/page`.
 * @throws {CimError} (environment) when the page is not built, or the port is taken
 * @throws {CimError} (usage) when this machine has no such host or may not serve there
 */
export async function servePage(options: PageServerOptions = {}): Promise<PageServer> {
  const { port = 0, host = '127.0.0.1', files = {} } = options;
  const server = createServer(handler(files));
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(cause, host, port)));
    server.listen(port, host, resolve);
  });
  const { port: open } = server.address() as AddressInfo;
  return {
    url: `http://${host.includes(':') ? `[${host}]` : host}:${open}/`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function handler(files: Readonly<Record<string, Uint8Array>>): RequestListener {
  const page = join(packageRoot, 'dist', 'page');
  if (!existsSync(join(page, 'index.html')))
    throw new CimError('environment', {
      what: 'the page is not built',
      where: page,
      todo: rebuildAdvice(),
    });
  const data = dataFolders.map((folder) => join(packageRoot, folder)).find(existsSync);
  const setHeaders = (
    response: { setHeader(name: string, value: string): unknown },
    path: string,
  ) => {
    if (path.endsWith('.gz')) response.setHeader('Content-Type', 'application/octet-stream');
  };
  const pages = sirv(page, { dev: true, setHeaders });
  const dataFiles = data === undefined ? undefined : sirv(data, { dev: true, setHeaders });
  return (request, response) => {
    const path = (request.url ?? '').replace(/[?#].*$/, '');
    const file = files[path];
    const notFound = (): void => {
      response.writeHead(404, { 'Content-Type': 'text/plain' }).end('not found\n');
    };
    if (file !== undefined) response.end(file);
    else if (path.startsWith('/data/') && dataFiles !== undefined) {
      request.url = path.slice('/data'.length);
      dataFiles(request, response, notFound);
    } else pages(request, response, notFound);
  };
}

function cannotListen(cause: NodeJS.ErrnoException, host: string, port: number): Error {
  const where = `${host}:${port}`;
  if (cause.code === 'EADDRINUSE')
    return new CimError('environment', {
      what: `port ${port} is taken by another program`,
      where,
      todo: 'choose another --port, or --port 0 for any that is free',
      cause,
    });
  return new CimError('usage', {
    what: `cannot serve there (${cause.code ?? cause.message})`,
    where,
    todo:
      cause.code === 'EACCES'
        ? 'choose a --port above 1023'
        : 'give --host an address of this machine, such as 127.0.0.1',
    cause,
  });
}
