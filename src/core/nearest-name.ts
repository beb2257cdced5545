// What a person may have meant by a name that does not exist.

/** Names this long are compared; longer ones are not typed by hand. */
const longest = 100;

/** The name of `names` that is fewest edits away from `name`; undefined where none is near. */
export function nearestName(name: string, names: readonly string[]): string | undefined {
  if (name.length > longest) return undefined;
  let best: { readonly name: string; readonly edits: number } | undefined;
  for (const one of names) {
    const edits = editsBetween(name.toLowerCase(), one.toLowerCase());
    if (edits <= Math.max(1, Math.floor(one.length / 3)) && edits < (best?.edits ?? Infinity))
      best = { name: one, edits };
  }
  return best?.name;
}

/** Characters to insert, remove or replace, two that change places as one (optimal string alignment). */
function editsBetween(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      let edits = Math.min(
        (last[j] as number) + 1,
        (row[j - 1] as number) + 1,
        (last[j - 1] as number) + same,
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        edits = Math.min(edits, (before[j - 2] as number) + 1);
      row.push(edits);
    }
    before = last;
    last = row;
  }
  return last[b.length] as number;
}
