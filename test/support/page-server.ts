// Serves built folders to a browser, as a static host does: with leave for pages of any origin.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** A server on a free port of this machine. */
export interface PageServer {
  /** Its address, without a slash at the end. */
  readonly origin: string;
  /** Paths that were asked for, in order. */
  readonly asked: readonly string[];
  close(): void;
}

/**
 * Serves files.
 * @param folders by path: `{ '/element': '.../dist/element' }`; the path `` is everything else
 * @param files pages, modules and other files by path, with the type by its ending
 * @param headers of every answer, such as a content security policy
 * @param start a page that is the answer, with status 200, where there is no file; 404 by default
 */
export async function servePages(
  folders: Readonly<Record<string, string>>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
  headers: Readonly<Record<string, string>> = {},
  start?: string,
): Promise<PageServer> {
  const setHeaders = (response: { setHeader(name: string, value: string): unknown }): void => {
    response.setHeader('access-control-allow-origin', '*');
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  };
  const handlers = Object.entries(folders).map(
    ([path, folder]) => [path, sirv(folder, { dev: true, setHeaders })] as const,
  );
  const asked: string[] = [];
  const server: Server = createServer((request, response) => {
    const path = (request.url ?? '').replace(/\?.*$/, '');
    asked.push(path);
    const file = files[path];
    const notFound = (): void => {
      if (start === undefined) response.writeHead(404).end();
      else response.writeHead(200, { 'content-type': 'text/html' }).end(start);
    };
    if (path === '/favicon.ico') {
      response.writeHead(204).end(); // browsers ask for it, and a missing one is an error in the console
      return;
    }
    if (file !== undefined) {
      setHeaders(response);
      if (typeof file === 'string') response.setHeader('content-type', `text/${typeOf(path)}`);
      response.end(file);
      return;
    }
    const found = handlers.find(([prefix]) => path.startsWith(`${prefix}/`));
    if (!found) return notFound();
    request.url = (request.url ?? '').slice(found[0].length);
    found[1](request, response, notFound);
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    origin: `http://localhost:${port}`,
    asked,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

function typeOf(path: string): string {
  if (path.endsWith('.css')) return 'css';
  return path.endsWith('.js') ? 'javascript' : 'html';
}
