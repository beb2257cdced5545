// Entry of the built command line.

import { main } from './main.ts';

const code = await main(process.argv.slice(2));
// Dawn keeps Node alive while a GPU object lives, and it must live as long as the process: end it by hand, once what
// was printed is out.
process.stdout.write('', () => process.exit(code));
