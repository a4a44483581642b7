/**
 * Proves a circuit against its S-box, without anything of the search: one bit at a time, for each of
 * the 64 inputs.
 */

const GATES = {
  '^': (x, y) => x ^ y,
  '&': (x, y) => x & y,
  '|': (x, y) => x | y,
  '-': (x, y) => x & (1 ^ y),
  '~': (x) => 1 ^ x,
};

/** The four output bits of a circuit as a number, for an input of six bits (b1 the highest). */
export function evaluate({ gates, outputs }, input) {
  const values = Array.from({ length: 6 }, (_, wire) => (input >> (5 - wire)) & 1);
  for (const { operator, a, b } of gates) {
    if (a >= values.length || b >= values.length) throw new Error('a gate reads a later value');
    values.push(GATES[operator](values[a], values[b]));
  }
  return outputs.reduce((sum, value) => 2 * sum + values[value], 0);
}

/** True when the circuit gives `sBox(input)` for all 64 inputs. */
export function isCircuitOf(circuit, sBox) {
  return Array.from({ length: 64 }, (_, input) => input).every(
    (input) => evaluate(circuit, input) === sBox(input),
  );
}
