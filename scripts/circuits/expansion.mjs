/**
 * A first circuit of an S-box from nothing but its table: the positive Davio expansion.
 *
 * A function of an input b and of others is `low ^ (b & difference)`, where `low` is the function with
 * b = 0 and `difference` is where b makes one. Both have one input fewer and are expanded in turn; a
 * function that was met before is not made again. The circuit is large, but nobody had to find it.
 */
import { INPUTS, OUTPUTS } from './net.mjs';

const ZERO = -1;
const ONE = -2;

/** The circuit, as libs/crypto/src/bitslice/circuits.ts has them, of `sBox(input)` for six input bits. */
export function expand(sBox) {
  const gates = [];
  const made = new Map();
  const add = (operator, a, b) => gates.push({ operator, a, b }) + INPUTS - 1;

  /** The value of a function of the inputs from `input` on, given as its table. */
  function build(table, input) {
    if (!table.includes(1)) return ZERO;
    if (!table.includes(0)) return ONE;
    const key = table.join('');
    if (!made.has(key)) made.set(key, split(table, input));
    return made.get(key);
  }

  function split(table, input) {
    const half = table.length / 2;
    const low = table.slice(0, half);
    const difference = low.map((bit, i) => bit ^ table[half + i]);
    const rest = build(low, input + 1);
    if (!difference.includes(1)) return rest;
    const factor = build(difference, input + 1);
    const product = factor === ONE ? input : add('&', input, factor);
    if (rest === ZERO) return product;
    return rest === ONE ? add('~', product, product) : add('^', rest, product);
  }

  const bits = (shift) => Array.from({ length: 64 }, (_, input) => (sBox(input) >> shift) & 1);
  const outputs = Array.from({ length: OUTPUTS }, (_, i) => build(bits(OUTPUTS - 1 - i), 0));
  return { outputs, gates };
}
