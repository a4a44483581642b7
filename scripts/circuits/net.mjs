/**
 * A circuit under search, with the truth table of every value in it.
 *
 * Six inputs have 64 states, so that a value is wholly known by 64 bits: bit i is what it is when the
 * inputs spell i. A gate on two such words computes all the 64 cases at once, and two values are the
 * same function when their words are equal. JavaScript has no fast 64-bit integer, so a table is two
 * 32-bit words: `low` for the states 0 to 31, `high` for 32 to 63.
 *
 * Values 0 to 5 are the inputs b1 to b6 (b1 is the highest bit of the state), the others gates. All is
 * in typed arrays of one length, so that a net is overwritten and copied without making garbage.
 */

export const INPUTS = 6;
export const OUTPUTS = 4;
/** Values that a net can hold, inputs included: as many as a byte numbers. */
export const CAPACITY = 256;

/** Operators, by the place of their sign in `SIGNS`. `AND_NOT` is `a` and not `b`; `NOT` has no `b`. */
export const XOR = 0;
export const AND = 1;
export const OR = 2;
export const AND_NOT = 3;
export const NOT = 4;
const SIGNS = '^&|-~';

/** A net with the six inputs and no gate. */
export function createNet() {
  const net = {
    size: INPUTS,
    operator: new Uint8Array(CAPACITY),
    a: new Uint8Array(CAPACITY),
    b: new Uint8Array(CAPACITY),
    low: new Int32Array(CAPACITY),
    high: new Int32Array(CAPACITY),
    outputs: new Uint8Array(OUTPUTS),
  };
  for (let state = 0; state < 64; state++) {
    const half = state < 32 ? net.low : net.high;
    for (let input = 0; input < INPUTS; input++) {
      if ((state >> (INPUTS - 1 - input)) & 1) half[input] |= 1 << (state & 31);
    }
  }
  return net;
}

/** 32 cases of a gate. */
export function apply(operator, x, y) {
  switch (operator) {
    case XOR:
      return x ^ y;
    case AND:
      return x & y;
    case OR:
      return x | y;
    case AND_NOT:
      return x & ~y;
    default:
      return ~x;
  }
}

/** Appends a gate and returns its value's number; `b` is `a` for `NOT`. */
export function addGate(net, operator, a, b) {
  if (net.size === CAPACITY) throw new Error(`a net holds ${CAPACITY} values`);
  const value = net.size++;
  net.operator[value] = operator;
  net.a[value] = a;
  net.b[value] = b;
  net.low[value] = apply(operator, net.low[a], net.low[b]);
  net.high[value] = apply(operator, net.high[a], net.high[b]);
  return value;
}

/** Overwrites `to` with `from`. */
export function copyNet(from, to) {
  to.size = from.size;
  for (const part of ['operator', 'a', 'b', 'low', 'high', 'outputs']) to[part].set(from[part]);
}

/** The net of a circuit as libs/crypto/src/bitslice/circuits.ts has it. */
export function fromCircuit({ gates, outputs }) {
  const net = createNet();
  for (const { operator, a, b } of gates) addGate(net, SIGNS.indexOf(operator), a, b);
  net.outputs.set(outputs);
  return net;
}

/** The circuit of a net, as libs/crypto/src/bitslice/circuits.ts has it. */
export function toCircuit(net) {
  const gates = [];
  for (let value = INPUTS; value < net.size; value++) {
    gates.push({ operator: SIGNS[net.operator[value]], a: net.a[value], b: net.b[value] });
  }
  return { outputs: [...net.outputs], gates };
}
