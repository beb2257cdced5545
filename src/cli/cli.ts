// Entry of the built command line.

import { main } from './main.ts';

// A stderr that cannot be written takes no part in the result.
process.stderr.on('error', () => undefined);
const code = await main(process.argv.slice(2));
// Dawn keeps Node alive while a GPU object lives, and it must live as long as the process: end it by hand, once what
// was said is out.
process.stderr.write('', () => process.exit(code));
