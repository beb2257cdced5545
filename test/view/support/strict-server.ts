// Serves a folder under a content security policy, and keeps what the browser reports against it.

import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import sirv from 'sirv';

/** How to serve. */
export interface StrictOptions {
  /** The policy, without where to report. */
  readonly policy: string;
  /** Whether pages are cross-origin isolated, so that they may have threads. */
  readonly isIsolated?: boolean | undefined;
}

/** A server on this machine. */
export interface StrictServer {
  readonly url: string;
  /** What broke the policy so far, workers included. */
  readonly violations: readonly string[];
  close(): void;
}

/** Serves `folder`. */
export async function serveStrictly(
  folder: string,
  { policy, isIsolated = false }: StrictOptions,
): Promise<StrictServer> {
  const violations: string[] = [];
  const setHeaders = (response: ServerResponse): void => {
    response.setHeader('Content-Security-Policy', `${policy}; report-uri /violations`);
    if (!isIsolated) return;
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Embedder-Policy', 'require-corp');
  };
  const files = sirv(folder, { setHeaders });
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') {
      response.writeHead(204).end(); // browsers ask for it, and a missing one is an error in the console
      return;
    }
    if (request.url !== '/violations') {
      files(request, response);
      return;
    }
    let text = '';
    request.setEncoding('utf8');
    request.on('data', (part: string) => (text += part));
    request.on('end', () => {
      violations.push(text);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    violations,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
