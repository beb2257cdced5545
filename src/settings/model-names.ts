// The networks that come along: which files of a folder they are, and what each is called. The same for the command line,
// for what page and element bring, and for the page itself.

/** How their files end: networks in real arithmetic, and stored images. Where both have a name, it is the first one's. */
const endings = ['.safetensors', '.bin'];
/** A training under way, which is a network file too. */
const checkpointEnding = '.checkpoint.safetensors';

/** The networks among the files of a folder: name -> file. */
export function networksAmong(files: readonly string[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const ending of endings)
    for (const file of files.toSorted()) {
      const name = file.slice(0, -ending.length);
      const isOne = file.endsWith(ending) && !file.endsWith(checkpointEnding) && name !== '';
      if (isOne && !found.has(name)) found.set(name, file);
    }
  return found;
}

/** Whether a file of {@link networksAmong} is a stored image. */
export const isStoredName = (file: string): boolean => file.endsWith('.bin');
