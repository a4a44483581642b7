/** Entry of the `pinfold` command; `bin/pinfold.mjs` builds what is missing and comes here. */
import { runProgram } from './cli/program.js';

await runProgram(process.argv);
