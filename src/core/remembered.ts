// What follows from an object that never changes, found once.

/** `find`, which remembers what it found for each object as long as the object lives. */
export function remembered<T extends object, R>(find: (value: T) => R): (value: T) => R {
  const known = new WeakMap<T, { readonly found: R }>();
  return (value) => {
    const result = known.get(value) ?? { found: find(value) };
    known.set(value, result);
    return result.found;
  };
}
