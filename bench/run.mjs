#!/usr/bin/env node
// `npm run bench`: bundles bench/cli.ts as the command line is bundled, and runs it.
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
await build({ root, mode: 'bench', logLevel: 'warn' });
const { main } = await import('../dist/bench/cli.js');
const code = await main(process.argv.slice(2));
// Dawn keeps Node alive while a GPU object lives: end it by hand, once what was said is out.
process.stderr.write('', () => process.exit(code));
