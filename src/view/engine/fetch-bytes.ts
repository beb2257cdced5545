// Fetches binary files, and notices a page in place of one: many servers answer with their start page, and status 200,
// where there is no file.

import { CimError } from '../../core/errors.ts';

/** What an error says when a page came in place of a file. */
export const pageInstead: string =
  'the server answers with a page (HTML), as many do where there is no such file';

/**
 * The bytes at the first of `urls` that has them.
 * @param urls where the file may be; errors name the first of them
 * @param todo what a person can do when it is nowhere
 * @throws {CimError} (input) when none can be fetched, or all give a page
 */
export async function fetchBytes(
  urls: readonly [string, ...string[]],
  todo: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const [url, ...others] = urls;
  try {
    return await fetchOne(url, todo);
  } catch (error) {
    for (const other of others) {
      const bytes = await fetchOne(other, todo).catch(() => undefined);
      if (bytes !== undefined) return bytes;
    }
    throw error;
  }
}

async function fetchOne(url: string, todo: string): Promise<Uint8Array<ArrayBuffer>> {
  const fail = (what: string, cause?: unknown): CimError =>
    new CimError('input', { what: `cannot be fetched: ${what}`, where: url, todo, cause });
  let response: Response;
  try {
    response = await fetch(url);
  } catch (cause) {
    throw fail('the network or the server does not answer', cause);
  }
  if (!response.ok || !response.body) throw fail(`status ${response.status}`);
  const bytes = await bytesOf(response);
  if (bytes === undefined) throw fail(pageInstead);
  return bytes;
}

/** The bytes of a response; undefined for a page. */
export async function bytesOf(response: Response): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (isPage(response)) return undefined;
  const bytes = new Uint8Array(await response.arrayBuffer());
  // Some servers name no type.
  const start = new TextDecoder().decode(bytes.subarray(0, 64)).trimStart().toLowerCase();
  return start.startsWith('<!doctype html') || start.startsWith('<html') ? undefined : bytes;
}

/** Whether a response says that it is a page. */
export const isPage = (response: Response): boolean =>
  /^(text\/html|application\/xhtml)/.test(response.headers.get('content-type') ?? '');
