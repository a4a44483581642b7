/**
 * What the decimalisation attack costs: calls of a verification command, whose table and offset the
 * caller chooses, that find a PIN from one intercepted encrypted block. Bond and Zielinski,
 * UCAM-TR-560 (2003); Focardi and Luccio, Theory of Computing Systems (2012).
 *
 * A question names digits S and positions Q: table entries of S are shifted, the offset takes the
 * shift back at Q. The device says yes when exactly the positions Q hold digits of S (S and its
 * complement ask the same). The search is greedy: the first question that divides the PINs left
 * most evenly, until one is left.
 */
import { InputError } from '@pinfold/crypto';
import type { Inputs, Outputs } from '../types.js';

/** Means that the literature gives, by PIN length. */
const PUBLISHED: Readonly<Record<number, number>> = { 4: 14.47, 5: 19.3 };

/** Sets of digits are bit masks; one with digit 9 asks what its complement asks. */
const SETS = 512;

/**
 * At which positions a PIN holds digits of a set: looked up for its last two digits (`back`) and for
 * those before (`front`), by set and then by digits. PINs are numbered `front << 7 | back`.
 */
interface Positions {
  readonly fronts: number;
  readonly ofFront: Uint8Array;
  readonly ofBack: Uint8Array;
  /** Room to count PINs by positions; zero between uses. */
  readonly tally: Int32Array;
}

/** Mean and largest number of calls over all PINs of `pinDigits` digits. */
export function greedyCost(pinDigits: number): { mean: number; max: number } {
  const fronts = 10 ** (pinDigits - 2);
  const all = Int32Array.from(
    { length: fronts * 100 },
    (_, pin) => (Math.floor(pin / 100) << 7) | (pin % 100),
  );
  const known: Positions = {
    fronts,
    ofFront: positionsTable(pinDigits - 2, 2),
    ofBack: positionsTable(2, 0),
    tally: new Int32Array(1 << pinDigits),
  };
  let total = 0;
  let max = 0;
  // The tree is at most 39 deep for five digits; work waits on a list, not on the stack.
  const waiting = [{ pins: all, calls: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { pins, calls } = next;
    if (pins.length === 1) {
      total += calls;
      max = Math.max(max, calls);
      continue;
    }
    const { set, positions } = mostBalanced(pins, known);
    const yes = (pin: number) => positionsOf(known, set, pin) === positions;
    waiting.push({ pins: pins.filter(yes), calls: calls + 1 });
    waiting.push({ pins: pins.filter((pin) => !yes(pin)), calls: calls + 1 });
  }
  return { mean: total / all.length, max };
}

function positionsOf({ fronts, ofFront, ofBack }: Positions, set: number, pin: number): number {
  return ofFront[set * fronts + (pin >> 7)]! | ofBack[set * 100 + (pin & 127)]!;
}

/** For numbers of `digits` digits and each set: where they hold digits of it, from bit `from` on. */
function positionsTable(digits: number, from: number): Uint8Array {
  const count = 10 ** digits;
  return Uint8Array.from({ length: count * SETS }, (_, index) => {
    const set = Math.floor(index / count);
    let positions = 0;
    for (let i = 0, rest = index % count; i < digits; i++, rest = Math.floor(rest / 10)) {
      positions |= ((set >> (rest % 10)) & 1) << (from + i);
    }
    return positions;
  });
}

/** The first question of the most even division: the first set, and its least positions. */
function mostBalanced(pins: Int32Array, known: Positions): { set: number; positions: number } {
  const { tally } = known;
  const count = pins.length;
  const few = count < tally.length;
  let best = -1;
  let question = { set: 0, positions: 0 };
  for (let set = 1; set < SETS && best < count >> 1; set++) {
    for (let i = 0; i < count; i++) tally[positionsOf(known, set, pins[i]!)]!++;
    // Of a few PINs only the positions that occur are looked at, in the order of the PINs.
    for (let i = 0; i < (few ? count : tally.length); i++) {
      const positions = few ? positionsOf(known, set, pins[i]!) : i;
      const yes = tally[positions]!;
      tally[positions] = 0;
      const smaller = yes + yes < count ? yes : count - yes;
      const isBetter =
        smaller > best ||
        (smaller === best && question.set === set && positions < question.positions);
      if (yes === 0 || !isBetter) continue;
      best = smaller;
      question = { set, positions };
    }
  }
  return question;
}

/** The operation: our figures by search, the published one as it was printed. */
export function decimalisationCost(c: Inputs): Outputs {
  const pinDigits = c.number('pinDigits');
  if (!Object.hasOwn(PUBLISHED, pinDigits)) {
    throw new InputError('VECTOR_INPUT', 'pinDigits must be 4 or 5');
  }
  const { mean, max } = greedyCost(pinDigits);
  return {
    meanPublished: PUBLISHED[pinDigits],
    meanOurs: Math.round(mean * 1000) / 1000,
    maxOurs: max,
    entropyBound: Math.round(Math.log2(10 ** pinDigits) * 100) / 100,
  };
}
