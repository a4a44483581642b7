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

/** Mean and largest number of calls over all PINs of `pinDigits` digits. */
export function greedyCost(pinDigits: number): { mean: number; max: number } {
  const count = 10 ** pinDigits;
  const digits = digitsOfAll(pinDigits, count);
  const tally = new Int32Array(1 << pinDigits);
  const all = Int32Array.from({ length: count }, (_, pin) => pin);
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
    const { shifted, positions } = mostBalanced(pins, digits, { pinDigits, tally });
    const yes = (pin: number) =>
      positionsOf(shifted, digits, pin * pinDigits, pinDigits) === positions;
    waiting.push({ pins: pins.filter(yes), calls: calls + 1 });
    waiting.push({ pins: pins.filter((pin) => !yes(pin)), calls: calls + 1 });
  }
  return { mean: total / count, max };
}

/** The first question of the most even division; sets of digits and positions are bit masks. */
function mostBalanced(
  pins: Int32Array,
  digits: Uint8Array,
  { pinDigits, tally }: { pinDigits: number; tally: Int32Array },
): { shifted: number; positions: number } {
  let best = -1;
  let question = { shifted: 0, positions: 0 };
  // Without digit 9: a set that holds it asks what its complement asks.
  for (let shifted = 1; shifted < 512 && best < pins.length >> 1; shifted++) {
    tally.fill(0);
    for (let i = 0; i < pins.length; i++) {
      tally[positionsOf(shifted, digits, pins[i]! * pinDigits, pinDigits)]!++;
    }
    for (let positions = 0; positions < tally.length; positions++) {
      const yes = tally[positions]!;
      const smaller = yes + yes < pins.length ? yes : pins.length - yes;
      if (smaller <= best) continue;
      best = smaller;
      question = { shifted, positions };
    }
  }
  return question;
}

/** At which positions the PIN whose digits start at `at` holds a digit of the set. */
function positionsOf(set: number, digits: Uint8Array, at: number, pinDigits: number): number {
  let positions = 0;
  for (let i = 0; i < pinDigits; i++) positions |= ((set >> digits[at + i]!) & 1) << i;
  return positions;
}

/** The digits of 0, 1, 2, …, one after the other. */
function digitsOfAll(pinDigits: number, count: number): Uint8Array {
  const digits = new Uint8Array(count * pinDigits);
  for (let at = 0; at < digits.length; at++) {
    const pin = Math.floor(at / pinDigits);
    digits[at] = Math.floor(pin / 10 ** (at % pinDigits)) % 10;
  }
  return digits;
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
