/**
 * Boolean circuits of the eight DES S-boxes, as data: 410 gates, found by a search of this project.
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
      3^0 6^2 7-5 0-8 9|5 10^6 11&2 ~12 2^4 14-5 15|3 14^10 16|17 13^18 19-0 17^5 21|14
      20^22 23-1 17-4 25^11 24^26 27|5 28^22 15^9 24-9 23-31 30^32 33|2 34^5 29-35 24-6 37^1
      36^38 34^27 40-2 39^41 42^16 29|4 44|30 11-45 46^27 45^25 48^1 12^5 50-25 49-51 47&6
      52^53 54^22 40-1 30-2 56^57 58^19 59^14`,
  },
  {
    outputs: [35, 56, 59, 31],
    gates: `
      5|1 6-4 ~7 8^6 9^5 10^0 11^1 12-0 13^7 14^1 15|12 16^4 16-4 18^6 19&10 20|2 20|1 22-3
      21^23 17^24 15&5 26^10 27&3 19&2 28^29 30^14 31&8 32^9 33-0 25^34 25^15 21^12 6-37
      38|2 39^1 40|1 36^41 42&0 43^2 44^4 45^26 1-46 35&15 47|48 40^20 49^50 51&19 52|3
      17-38 53^54 55^47 45^36 57|3 50^58`,
  },
  {
    outputs: [48, 53, 38, 55],
    gates: `
      4^2 6^3 7|4 8-0 9^5 0-3 10|11 12^6 13|7 14&1 15^4 16^5 ~17 13^3 19&0 18^20 21|1 21&17
      23|4 24&3 25^1 3^0 27&1 26-28 29^6 7-30 31|12 32^29 2-33 22-34 35^10 36-5 37^30 38|20
      39-1 40&2 7^0 36-1 33|3 44&5 43|45 42^46 41^47 17^8 14-31 45-50 49^51 52^27 1-23 54^13`,
  },
  {
    outputs: [31, 32, 38, 39],
    gates: `
      4^3 6&4 ~7 8^2 9-1 6&1 10^11 9^5 11&9 14^4 15|10 16&0 1^17 10^6 18^19 15&1 20|21 22^7
      23&18 24^3 13^25 26-5 12^27 22&15 29|0 28^30 31^26 13^4 30^1 23-34 33^35 36|5 37^20
      38^36`,
  },
  {
    outputs: [50, 45, 55, 63],
    gates: `
      2|5 2^1 7^5 6&8 5|3 6^4 10&11 9^12 13|0 5&3 3-4 8^16 15^17 ~18 19&1 20|17 21^4 20^1
      12-23 22-24 14^25 26-3 0-27 4^19 29-20 30^16 12|0 32^6 31-33 11-34 35|1 36|14 37&3
      38^22 39-5 28^40 16|2 42&0 43^27 44^17 34|45 46^22 47&1 41^48 49^17 9^36 26|6 51^52
      53|0 54^31 48|4 56|33 38|20 58^0 57^59 50^24 61-5 60^62`,
  },
  {
    outputs: [53, 58, 60, 61],
    gates: `
      4^0 6|4 7^1 8|2 9^6 2-10 8^11 10-3 12^13 14-4 3-15 16^0 17-8 18^7 17|0 20^9 21&17
      19|22 ~12 24^21 25&4 5^26 27^24 5-28 29^3 30^2 23|31 28|11 33|0 5-22 35&20 36|3 34^37
      10^31 21^39 38^40 27&13 42|35 41-43 44^38 45|4 46-3 46^15 48&5 47^49 32&50 51^10 ~52
      43^23 54&25 55^48 56-1 57^41 1-54 59^39 36^14`,
  },
  {
    outputs: [43, 45, 53, 57],
    gates: `
      5&1 6-4 7^3 ~8 3-4 10^1 11^2 12|11 13&6 14|4 12&5 16^1 17&3 15-18 12-1 19^20 9^21
      22^12 16-2 22-3 25|8 5^4 26^27 28^13 2-14 29^30 31&0 32-15 33^31 34^0 24|35 35^22
      37|27 38^24 0&39 40-5 36-41 23^42 32^23 44^14 19^12 19-25 45-47 9-2 48^49 50&5 46^51
      52^40 51&11 0-54 55^29 56^25`,
  },
  {
    outputs: [49, 36, 31, 56],
    gates: `
      ~2 6|4 4-2 8^3 9-5 3^1 11&2 10-12 13|5 14^11 7^15 16&1 17-6 17^2 19^5 20&0 21^11 18^22
      8^0 24-10 4|1 26^19 27^22 25^28 29|4 23^30 29|9 32&27 33^13 34-0 16^35 26|13 24^17
      37-38 30^39 36&40 41|15 42^6 43|4 31^44 45^35 46^37 47-5 48^40 45^42 50&27 51|3 52^0
      53^44 20&15 54^55`,
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
