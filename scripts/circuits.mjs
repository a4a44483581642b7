/**
 * `npm run circuits`: searches for smaller circuits of the S-boxes than the bit-sliced DES has.
 *
 *   npm run circuits                                   all eight, a minute each
 *   npm run circuits -- --box 3 --seconds 3600         S3, an hour
 *   npm run circuits -- --box 3 --seed 12345           another walk
 *   npm run circuits -- --from-table                   from the S-box tables, not from the circuits
 *
 * Starts from libs/crypto/src/bitslice/circuits.ts and prints each circuit that is smaller, proved against
 * the S-box, as the rows to put there. The number of gates stands in that file's header and in its spec.
 * From the tables, the smallest circuit of each S-box is printed at the end. Without a seed one is drawn; the same seed takes the same walk, as far as the time goes.
 * The search itself: scripts/circuits/walk.mjs.
 */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { expand } from './circuits/expansion.mjs';
import { isCircuitOf } from './circuits/proof.mjs';
import { createRandom } from './circuits/random.mjs';
import { rowsOf } from './circuits/rows.mjs';
import { createWalk } from './circuits/walk.mjs';
import { prepare, root } from './prepare.mjs';

const BOXES = 8;
/** Between two looks at the clock. */
const MOVES = 1000;

const options = readOptions();
prepare();
const built = (path) => import(pathToFileURL(join(root, 'dist/libs/crypto/src', path)).href);
const { S_BOX_CIRCUITS } = await built('bitslice/circuits.js');
const { sBox } = await built('des-tables.js');

console.log(`seed ${options.seed}`);
for (const box of options.boxes) search(box);

/** Walks for the time given to a smaller circuit of one S-box, 1 to 8. */
function search(box) {
  const wanted = (input) => sBox(box - 1, input);
  const known = S_BOX_CIRCUITS[box - 1];
  const walk = createWalk(
    options.fromTable ? expand(wanted) : known,
    createRandom(options.seed, box),
  );
  const first = walk.best().gates.length;
  const started = performance.now();
  const seconds = () => (performance.now() - started) / 1000;
  let least = options.fromTable ? first : known.gates.length;
  let moves = 0;
  while (seconds() < options.seconds) {
    walk.run(MOVES);
    moves += MOVES;
    if (walk.best().gates.length >= least) continue;
    least = walk.best().gates.length;
    console.log(`S${box}: ${least} gates after ${moves} moves`);
    if (least < known.gates.length) print(walk.best(), wanted);
  }
  const rate = Math.round(moves / seconds());
  console.log(`S${box}: ${first} -> ${least} gates, ${moves} moves, ${rate} a second`);
  if (options.fromTable && least >= known.gates.length) print(walk.best(), wanted);
}

function print(circuit, wanted) {
  if (!isCircuitOf(circuit, wanted)) throw new Error('the walk has left the S-box');
  console.log(rowsOf(circuit));
}

function readOptions() {
  try {
    const { values } = parseArgs({
      options: {
        box: { type: 'string' },
        'from-table': { type: 'boolean', default: false },
        seconds: { type: 'string', default: '60' },
        seed: { type: 'string', default: String(randomInt(2 ** 32)) },
      },
    });
    const box = values.box === undefined ? undefined : whole('box', values.box, 1, BOXES);
    return {
      boxes: box ? [box] : Array.from({ length: BOXES }, (_, i) => i + 1),
      fromTable: values['from-table'],
      seconds: whole('seconds', values.seconds, 1, 1_000_000),
      seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    };
  } catch (error) {
    console.error(error.message);
    process.exit(2);
  }
}

function whole(name, text, least, most) {
  const number = Number(text);
  if (/^\d+$/.test(text) && number >= least && number <= most) return number;
  throw new Error(`--${name} is a whole number from ${least} to ${most}`);
}
