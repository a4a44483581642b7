/**
 * Boolean circuits of the eight DES S-boxes, as data: 385 gates, found by a search of this project.
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
    outputs: [38, 39, 48, 58],
    gates: `
      4&3 2^0 7^5 3^2 2-9 8|10 0-3 12|8 13^3 14|2 11^15 16^10 17-1 16^4 ~19 3^20 18^21 20|4
      9-7 23-24 22^25 18|26 15-22 28|2 27^29 30|0 4-27 32&5 31-33 1-10 34^35 6^36 37^11 14^26
      23&1 37-40 41^5 2|42 32^43 44^39 0|45 40^46 21^47 9|35 43&8 40|0 43-51 52^47 53-4 41-38
      54|55 50^56 49^57`,
  },
  {
    outputs: [39, 50, 51, 57],
    gates: `
      0&2 6^3 1^0 5^8 9|3 7-5 9-11 0|2 12^13 14|1 10^15 7^16 17&4 18^3 19^0 5-1 7&21 22^5 4|23
      20|24 ~25 24&17 2-5 28^12 29|0 7&4 30&31 19^8 32^33 27^34 2&35 36^3 37^9 26^38 14|9
      40^28 41^26 1|42 37^43 22|44 42|19 4&46 45^47 38|2 48^49 41^33 10&21 34^12 4^11 54|17
      53^55 52^56`,
  },
  {
    outputs: [43, 45, 53, 57],
    gates: `
      5&1 6-4 7^3 ~8 3-4 10^1 11^2 12|11 13&6 14|4 12&5 16^1 17&3 15-18 12-1 19^20 9^21 22^12
      16-2 22-3 25|8 5^4 26^27 28^13 2-14 29^30 31&0 32-15 33^31 34^0 24|35 35^22 37|27 38^24
      0&39 40-5 36-41 23^42 32^23 44^14 19^12 19-25 45-47 9-2 48^49 50&5 46^51 52^40 51&11
      0-54 55^29 56^25`,
  },
  {
    outputs: [35, 43, 46, 52],
    gates: `
      0^1 6^2 6|0 8-4 7-9 ~4 4-2 7-1 12-13 14^3 11-15 4|0 17&15 18^2 1-19 16^20 10^21 19^6 8&5
      24^1 23|25 15-26 20|9 18-24 0-29 30-13 28^31 27^32 5|33 22^34 35&8 36^22 4^37 38-1 31|39
      5^23 40^41 9^42 21^27 24-44 45^23 19-38 5-47 26-3 49^39 48-50 51^22`,
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
