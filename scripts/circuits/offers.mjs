/**
 * The gates that make what is wanted in a gate's place, and the choice of one of them.
 *
 * Which pairs of values can do it is found without trying all: one operand of XOR leaves a single table
 * for the other, which is looked up. An operand of AND covers the result (is 1 wherever that is), one of
 * OR is within it, and what AND_NOT takes away is disjoint from it; few values are.
 */
import { AND, AND_NOT, NOT, OR, XOR } from './net.mjs';
import { first, NONE } from './view.mjs';

const NO_GATE = { operator: -1, i: NONE, j: NONE };

/**
 * One of the gates offered, each with the same chance: the n-th takes the place with chance 1 / n.
 * `i` and `j` are places in the view. The gate `own` is passed over.
 */
export class Choice {
  offered = 0;
  operator = 0;
  i = 0;
  j = 0;
  #random;
  #own;

  constructor(random, own = NO_GATE) {
    this.#random = random;
    this.#own = own;
  }

  offer(operator, i, j) {
    const own = this.#own;
    if (operator === own.operator) {
      if (i === own.i && j === own.j) return;
      if (operator !== AND_NOT && i === own.j && j === own.i) return;
    }
    this.offered += 1;
    if (this.offered > 1 && this.#random(this.offered) !== 0) return;
    this.operator = operator;
    this.i = i;
    this.j = j;
  }
}

/** Offers NOT of a value and XOR of two. */
export function offerExclusive(view, choice) {
  const { size, tableLow, tableHigh, wantedLow, wantedHigh, next } = view;
  for (let i = 0; i < size; i++) {
    const restLow = tableLow[i] ^ wantedLow;
    const restHigh = tableHigh[i] ^ wantedHigh;
    if (restLow === view.low && restHigh === view.high) choice.offer(NOT, i, i);
    // A chain goes down from the last value, so that what is left of it has every pair once.
    for (let j = first(view, restLow, restHigh); j > i; j = next[j]) {
      if (tableLow[j] === restLow && tableHigh[j] === restHigh) choice.offer(XOR, i, j);
    }
  }
}

/** Offers AND, OR and AND_NOT of two values. */
export function offerMonotone(view, choice) {
  const { size, tableLow, tableHigh, wantedLow, wantedHigh, covering, within, disjoint } = view;
  let [coveringSize, withinSize, disjointSize] = [0, 0, 0];
  for (let i = 0; i < size; i++) {
    const low = tableLow[i];
    const high = tableHigh[i];
    if (((wantedLow & ~low) | (wantedHigh & ~high)) === 0) covering[coveringSize++] = i;
    if (((low & ~wantedLow) | (high & ~wantedHigh)) === 0) within[withinSize++] = i;
    if (((low & wantedLow) | (high & wantedHigh)) === 0) disjoint[disjointSize++] = i;
  }
  for (let k = 0; k < coveringSize; k++) {
    const i = covering[k];
    const restLow = tableLow[i] ^ wantedLow;
    const restHigh = tableHigh[i] ^ wantedHigh;
    for (let m = 0; m < k; m++) {
      const j = covering[m];
      if (((restLow & tableLow[j]) | (restHigh & tableHigh[j])) === 0) choice.offer(AND, i, j);
    }
    for (let m = 0; m < disjointSize; m++) {
      const j = disjoint[m];
      if (i === j) continue;
      if (((restLow & ~tableLow[j]) | (restHigh & ~tableHigh[j])) === 0) {
        choice.offer(AND_NOT, i, j);
      }
    }
  }
  for (let k = 0; k < withinSize; k++) {
    const i = within[k];
    for (let m = 0; m < k; m++) {
      const j = within[m];
      const missing = wantedLow & ~(tableLow[i] | tableLow[j]);
      if ((missing | (wantedHigh & ~(tableHigh[i] | tableHigh[j]))) === 0) choice.offer(OR, i, j);
    }
  }
}

/** Offers gates of one of the values and of a table that none of them has, which goes as place `NONE`. */
export function offerOuter(view, low, high, choice) {
  const { size, tableLow, tableHigh, wantedLow, wantedHigh, next } = view;
  const restLow = low ^ wantedLow;
  const restHigh = high ^ wantedHigh;
  for (let i = first(view, restLow, restHigh); i !== NONE; i = next[i]) {
    if (tableLow[i] === restLow && tableHigh[i] === restHigh) choice.offer(XOR, NONE, i);
  }
  if (((wantedLow & ~low) | (wantedHigh & ~high)) === 0) {
    for (let i = 0; i < size; i++) {
      const bothLow = low & tableLow[i];
      const bothHigh = high & tableHigh[i];
      if (bothLow === wantedLow && bothHigh === wantedHigh) choice.offer(AND, NONE, i);
      if (bothLow === restLow && bothHigh === restHigh) choice.offer(AND_NOT, NONE, i);
    }
  }
  if (((low & ~wantedLow) | (high & ~wantedHigh)) === 0) {
    for (let i = 0; i < size; i++) {
      const eitherLow = low | tableLow[i];
      const eitherHigh = high | tableHigh[i];
      if (eitherLow === wantedLow && eitherHigh === wantedHigh) choice.offer(OR, NONE, i);
    }
  }
  if (((low & wantedLow) | (high & wantedHigh)) === 0) {
    for (let i = 0; i < size; i++) {
      const leftLow = tableLow[i] & ~low;
      const leftHigh = tableHigh[i] & ~high;
      if (leftLow === wantedLow && leftHigh === wantedHigh) choice.offer(AND_NOT, i, NONE);
    }
  }
}
