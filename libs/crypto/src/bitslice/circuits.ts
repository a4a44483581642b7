/**
 * Boolean circuits of the eight DES S-boxes, as data: 367 gates, found by a search of this project.
 * The bit-sliced engine is emitted from them; the tests prove each one against its S-box table.
 *
 * A circuit has values 0 to 5, its inputs (wires b1 to b6), and value 6 + i is the result of gate i:
 * `a^b`, `a&b`, `a|b`, `a-b` (a and not b) or `~a` over the values before it. `outputs` names the
 * values of the four output bits, most significant first.
 */

export type GateOperator = '^' | '&' | '|' | '-' | '~';

/** `b` is absent for `~`. */
export interface Gate {
  readonly operator: GateOperator;
  readonly a: number;
  readonly b: number;
}

export interface Circuit {
  readonly outputs: readonly number[];
  readonly gates: readonly Gate[];
}

const SOURCES: readonly { readonly outputs: readonly number[]; readonly gates: string }[] = [
  {
    outputs: [43, 47, 55, 60],
    gates: `
      3^0 6^2 7-5 0-8 9|5 10^6 11&2 ~12 2^4 14-5 15|3 14^10 16|17 13^18 19-0 17^5 21|14 20^22
      23-1 17-4 25^11 24^26 27|5 28^22 15^9 24-9 23-31 30^32 33|2 34^5 29-35 24-6 37^1 36^38
      34^27 40-2 39^41 42^16 29|4 44|30 11-45 46^27 45^25 48^1 12^5 50-25 49-51 47&6 52^53
      54^22 40-1 30-2 56^57 58^19 59^14`,
  },
  {
    outputs: [24, 36, 51, 52],
    gates: `
      ~0 4^6 5&0 8|4 9^5 7^10 2&11 5^12 7^3 13^14 8^2 15^16 17^5 14|7 10|6 20&15 19^21 22-1
      18^23 4-17 5-25 26^1 19-5 9&24 29^23 30^11 31^14 28&32 33^2 27-34 14^35 27|26 37|7 13&38
      39^30 40|34 31|1 41&42 28-43 7^44 1^45 42^40 2|47 46^48 32^22 49^50 47^3`,
  },
  {
    outputs: [48, 53, 38, 55],
    gates: `
      4^2 6^3 7|4 8-0 9^5 0-3 10|11 12^6 13|7 14&1 15^4 16^5 ~17 13^3 19&0 18^20 21|1 21&17
      23|4 24&3 25^1 3^0 27&1 26-28 29^6 7-30 31|12 32^29 2-33 22-34 35^10 36-5 37^30 38|20
      39-1 40&2 7^0 36-1 33|3 44&5 43|45 42^46 41^47 17^8 14-31 45-50 49^51 52^27 1-23 54^13`,
  },
  {
    outputs: [33, 27, 34, 30],
    gates: `
      4^3 4^2 ~7 6-8 1^9 8^10 11|10 9^3 13^12 0^14 12&15 6^16 17|14 11^14 18^19 10&17 21^15
      19-22 23^0 20|5 24^25 26^10 5|17 28^22 27^29 20^30 5^31 32^29 17^32`,
  },
  {
    outputs: [55, 47, 53, 37],
    gates: `
      1-2 6|2 7-4 6^1 4|9 10^0 6|3 11-12 8^3 ~14 13^15 8&16 1^11 17^18 8&19 20&0 1-21 14|4
      23^16 24|4 2|11 26^20 27-5 14^2 29^27 30-0 16-0 32|1 31-33 12-34 28^35 36^11 19|37 24-22
      4^39 7&40 31^24 41^42 32|19 44|3 45-5 43^46 38^47 25-48 5|42 15^50 33^26 51^52 49^53
      22^54`,
  },
  {
    outputs: [36, 44, 45, 51],
    gates: `
      3^2 6&4 7^2 8-5 5-7 ~4 8|11 11^5 6^13 12^14 2-10 1-16 13^8 17^18 0&19 1^8 10|4 18^22
      21-23 20|24 15^25 10&26 9|27 28^4 29&3 4^30 28-31 9|29 33&0 32^34 35^19 16|0 37-9 23^34
      39&8 40^3 1-41 38^42 14^43 0^26 43|2 31^18 0-47 46-48 49^1 31^50`,
  },
  {
    outputs: [38, 44, 47, 54],
    gates: `
      4^2 1^5 7^3 4^8 9&3 10^3 6-11 5|12 6|13 13^9 7-15 5-3 16|17 14^18 4-19 12-7 21^2 ~4 13^0
      24^1 5&25 23|26 27-15 22|28 20^29 18^6 20^31 32|11 30^33 34|0 11&2 36^29 35^37 0-33 34&8
      26-40 39^41 38^42 30^43 36^24 8^45 39^46 1|15 5-43 49&46 50^10 48-51 24^2 52^53`,
  },
  {
    outputs: [44, 31, 46, 43],
    gates: `
      4|0 6-2 7-1 8|1 ~4 10|2 11^3 9^12 0-13 6-3 2^0 4-8 16-17 0-5 18^19 20^1 15^21 5^17 13-4
      24^16 25|6 26-19 9-14 27|28 23^29 22^30 14^31 32&5 33-3 34|30 29&24 3^36 37|8 35^38 15&1
      5-39 40^41 42^25 39^43 12&33 45^22`,
  },
];

/** S-box `i` (0 to 7) as a circuit. */
export const S_BOX_CIRCUITS: readonly Circuit[] = SOURCES.map(({ outputs, gates }) => ({
  outputs,
  gates: gates.trim().split(/\s+/).map(parseGate),
}));

function parseGate(text: string): Gate {
  const parts = /^(\d*)([\^&|~-])(\d+)$/.exec(text);
  if (!parts) throw new Error(`malformed gate ${text}`);
  const operator = parts[2] as GateOperator;
  const last = Number(parts[3]);
  return operator === '~'
    ? { operator, a: last, b: last }
    : { operator, a: Number(parts[1]), b: last };
}
