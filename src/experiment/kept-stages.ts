// Results of stages by what they were made from: points that read the same settings share them.

/** Gives the result of `key`, and makes it where it is not there. */
export type KeptResults<T> = (key: string, make: () => T | Promise<T>) => Promise<T>;

/** Results of one stage; only the `most` that were asked for last are kept. What fails is not kept. */
export function keepResults<T>(most: number): KeptResults<T> {
  const results = new Map<string, Promise<T>>();
  return async (key, make) => {
    const found = results.get(key) ?? Promise.resolve().then(make);
    results.delete(key);
    results.set(key, found);
    const [oldest] = results.keys();
    if (results.size > most && oldest !== undefined) results.delete(oldest);
    try {
      return await found;
    } catch (error) {
      results.delete(key);
      throw error;
    }
  };
}
