import { sBox } from '../des-tables.js';
import { type Circuit, S_BOX_CIRCUITS } from './circuits.js';

/** The four output bits of a circuit for all 64 inputs at once: one bit of a bigint per input. */
function evaluate({ gates, outputs }: Circuit): number[] {
  const all = (1n << 64n) - 1n;
  const values: bigint[] = Array.from({ length: 6 }, (_, wire) => {
    let bits = 0n;
    for (let input = 0; input < 64; input++) {
      if ((input >> (5 - wire)) & 1) bits |= 1n << BigInt(input);
    }
    return bits;
  });
  for (const { operator, a, b } of gates) {
    const [x, y] = [values[a]!, values[b]!];
    const result = { '^': x ^ y, '&': x & y, '|': x | y, '-': x & (all ^ y), '~': all ^ x }[
      operator
    ];
    values.push(result);
  }
  return Array.from({ length: 64 }, (_, input) =>
    outputs.reduce((sum, value) => sum * 2 + Number((values[value]! >> BigInt(input)) & 1n), 0),
  );
}

describe.each(S_BOX_CIRCUITS.map((circuit, box) => ({ box, circuit })))(
  'circuit of S-box $box',
  ({ box, circuit }) => {
    it('equals the table for all 64 inputs', () => {
      expect(evaluate(circuit)).toEqual(Array.from({ length: 64 }, (_, input) => sBox(box, input)));
    });

    it('uses only values before each gate', () => {
      circuit.gates.forEach(({ a, b }, i) => {
        expect(Math.max(a, b)).toBeLessThan(6 + i);
      });
    });

    it('has no gate without which it would still be right', () => {
      const used = new Set(circuit.outputs);
      for (const { a, b } of circuit.gates) used.add(a).add(b);
      circuit.gates.forEach((_, i) => {
        expect(used.has(6 + i)).toBe(true);
      });
    });
  },
);

it('the eight circuits have 367 gates', () => {
  expect(S_BOX_CIRCUITS.reduce((sum, { gates }) => sum + gates.length, 0)).toBe(367);
});
