// Fetches what the attributes `data` and `model` point at.

import { CimError } from '../../core/errors.ts';
import { bytesOf, isPage, pageInstead } from '../engine/fetch-bytes.ts';
import type { NamedBytes, OwnFolder, UserFiles } from '../engine/user-files.ts';
import { words } from './attributes.ts';

/** Where files are, as attributes have it. */
export interface FileAddresses {
  /** One or two files, or a folder, which ends with a slash. */
  readonly data: string | undefined;
  readonly model: string | undefined;
}

/** What a folder of images may hold, by the names that the data sets come with. */
const dataSets: readonly (readonly string[])[] = [
  ['t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'],
  ['test_batch.bin'],
  ['test.bin'],
];

/** What is there of `data`. */
type GivenImages = Pick<UserFiles, 'images' | 'folder'>;

/**
 * Fetches the files; images only if any are wanted. Of a folder with `labels.csv` only this list: its pictures are fetched when they are
 * needed.
 * @param base what relative addresses are relative to: the document's own
 * @throws {CimError} (input) naming the address that cannot be read
 */
export async function fetchFiles(
  { data, model }: FileAddresses,
  base: string,
  options: { readonly images: number; readonly signal: AbortSignal },
): Promise<UserFiles> {
  const [network, given] = await Promise.all([
    model === undefined ? undefined : fetchFile(new URL(model, base), 'model', options.signal),
    data === undefined || options.images === 0
      ? undefined
      : fetchImages(
          words(data).map((one) => new URL(one, base)),
          options.signal,
        ),
  ]);
  return { network, ...given };
}

async function fetchImages(urls: readonly URL[], signal: AbortSignal): Promise<GivenImages> {
  const [folder] = urls;
  if (folder === undefined || urls.length > 1 || !folder.pathname.endsWith('/'))
    return { images: await Promise.all(urls.map((url) => fetchFile(url, 'data', signal))) };
  for (const names of dataSets) {
    const responses = await Promise.all(names.map((name) => get(new URL(name, folder), signal)));
    if (responses.every(isFile)) {
      const images = responses.map(async (response, i) => ({
        name: names[i] ?? '',
        bytes: new Uint8Array(await response.arrayBuffer()),
      }));
      return { images: await Promise.all(images) };
    }
  }
  const listed = await listFolder(folder, signal);
  if (listed) return { folder: listed };
  throw new CimError('input', {
    what: `no images at ${folder.href}`,
    where: 'data',
    todo: `wanted there: ${dataSets.map((names) => names.join(' and ')).join(', or ')}, or labels.csv (file,label) and the pictures that it lists`,
  });
}

/** The folder of pictures that `labels.csv` lists, if there is one. */
async function listFolder(folder: URL, signal: AbortSignal): Promise<OwnFolder | undefined> {
  const [table, names] = await Promise.all(
    ['labels.csv', 'labels.txt'].map((name) => get(new URL(name, folder), signal)),
  );
  if (!isFile(table)) return undefined;
  const bytes = new Blob([await table.arrayBuffer()]);
  const { listedFiles } = await import('../../datasets/pictures/label-table.ts');
  const paths = listedFiles(await bytes.text());
  const addressOf = (path: string): string =>
    new URL(path.split('/').map(encodeURIComponent).join('/'), folder).href;
  const files = paths.map((path) => ({ path, source: addressOf(path) }));
  const labels = isFile(names)
    ? [{ path: 'labels.txt', source: new Blob([await names.arrayBuffer()]) }]
    : [];
  const name = decodeURIComponent(folder.pathname.split('/').at(-2) ?? '');
  return { name, files: [{ path: 'labels.csv', source: bytes }, ...labels, ...files] };
}

async function fetchFile(url: URL, attribute: string, signal: AbortSignal): Promise<NamedBytes> {
  const response = await get(url, signal);
  if (response === undefined || !response.ok)
    throw new CimError('input', {
      what: `${url.href} cannot be read (${response === undefined ? 'no answer' : `status ${response.status}`})`,
      where: attribute,
      todo: 'check the address; another origin must permit it (Access-Control-Allow-Origin)',
    });
  const name = url.pathname.split('/').at(-1) ?? '';
  const bytes = await bytesOf(response);
  if (bytes !== undefined) return { name, bytes };
  throw new CimError('input', {
    what: `${url.href} cannot be read: ${pageInstead}`,
    where: attribute,
    todo: 'check the address',
  });
}

/** Many servers answer with their start page where there is no file. */
const isFile = (response: Response | undefined): response is Response =>
  response?.ok === true && !isPage(response);

async function get(url: URL, signal: AbortSignal): Promise<Response | undefined> {
  try {
    return await fetch(url, { signal });
  } catch (error) {
    if (signal.aborted) throw error;
    return undefined;
  }
}
