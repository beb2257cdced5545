// A vite plugin: a module with all that it imports, as the text of one script. Threads of Node start from text, so that the
// same sources run in the command line, in tests and in benches without a file to find.

import { build, type Plugin } from 'vite';

const suffix = '?bundled';

/** The plugin: `import code from './wasm-thread.ts?bundled'`. */
export const bundledText: Plugin = {
  name: 'mars-bundled-text',
  enforce: 'pre',
  async load(id) {
    if (!id.endsWith(suffix)) return undefined;
    const entry = id.slice(0, -suffix.length);
    const result = await build({
      configFile: false,
      logLevel: 'error',
      build: {
        write: false,
        ssr: entry,
        target: 'node20',
        rolldownOptions: {
          output: { format: 'cjs', codeSplitting: false },
          // The build that asks for this one says what took its time, or does not.
          checks: { pluginTimings: false },
        },
      },
    });
    const [first] = Array.isArray(result) ? result : [result];
    if (!first || !('output' in first)) throw new Error(`${entry} gives no script`);
    for (const { moduleIds } of first.output.filter((one) => one.type === 'chunk'))
      for (const module of moduleIds) this.addWatchFile(module);
    return `export default ${JSON.stringify(first.output[0].code)};`;
  },
};
