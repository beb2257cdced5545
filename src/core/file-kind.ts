// What a file is that is not what was wanted, told by its first bytes: a saved web page, an archive, a picture.

/** Kinds by how their files begin. */
/* oxlint-disable no-control-regex -- these bytes begin such files */
const beginnings: readonly (readonly [begins: RegExp, kind: string])[] = [
  [/^\s*<(!doctype html|html|head|body|!--)/i, 'an HTML page'],
  [/^\s*<(\?xml|svg)/i, 'an XML file'],
  [/^\u001f\u008b/, 'packed with gzip'],
  [/^PK\u0003\u0004/, 'a zip archive'],
  [/^\u0089PNG/, 'a PNG picture'],
  [/^\u00ff\u00d8\u00ff/, 'a JPEG picture'],
  [/^%PDF/, 'a PDF file'],
  [/^\u0089MARS/, 'a stored image'],
  [/^\u0089HDF/, 'an HDF5 file'],
  [/^.{8}\{"/s, 'a .safetensors file'],
  [/^version https:\/\/git-lfs/, 'a pointer of Git LFS'],
  [/^\s*[[{][\s"[\]{}\d-][ -~\s]{6}/, 'JSON text'],
];

/* oxlint-enable no-control-regex */

/** Bytes that are looked at. */
const looked = 64;

/** What the bytes of a file look like, such as `an HTML page`; undefined where nothing is known. */
export function fileKind(bytes: Uint8Array): string | undefined {
  const start = Array.from(bytes.subarray(0, looked), (byte) => String.fromCharCode(byte)).join('');
  return beginnings.find(([begins]) => begins.test(start))?.[1];
}

/** What a file is instead of what was wanted, to follow the words that say so; empty where nothing is known. */
export function kindInstead(bytes: Uint8Array): string {
  const kind = fileKind(bytes);
  return kind === undefined ? '' : `: it is ${kind}`;
}
