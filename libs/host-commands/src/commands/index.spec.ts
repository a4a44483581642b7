import { HOST_COMMANDS } from './index.js';

/** The commands that the interface promises, by family. */
const PROMISED: Readonly<Record<string, string>> = {
  keys: 'A0 A4 A6 A8 BU BW B0 BS HC HA IA FA GC FK FI GE GG',
  rsa: 'GI GK EI EO EW EQ',
  pins: `JA JC JE JG BA BC BE BG BK DA DC DE DG DU CU CA CC CI G0 GO GQ EA EC EE EG CK CM BQ NG
    QK`,
  tables: 'ED CS',
  'macs and data': 'M0 M2 M4 M6 M8 MA MC ME MG MK MQ MS MY GW LQ LS',
  cards: 'CW CY KQ KS KU KY KW K2 PM RY',
  service: 'NC NO N0 B2 RA NK J2 J4 J8 JK',
};
/** Declared beside them: the counterpart of EW, and what a real device has at its console. */
const MORE = 'EY PX';

const codes = (text: string): string[] => text.split(/\s+/);
const declared = new Set(HOST_COMMANDS.keys());

it.each(Object.entries(PROMISED))('declares every command of the family %s', (_, family) => {
  expect(codes(family).filter((code) => !declared.has(code))).toEqual([]);
});

it('declares nothing else', () => {
  const known = new Set([...Object.values(PROMISED).flatMap(codes), ...codes(MORE)]);
  expect([...declared].filter((code) => !known.has(code))).toEqual([]);
  expect(known.size).toBe(declared.size);
});

it('names every field, reply and error so that the reference can be read', () => {
  for (const { name, code, reply, request } of HOST_COMMANDS.values()) {
    expect([code, name.length > 5]).toEqual([code, true]);
    expect(Array.isArray(reply) && Array.isArray(request)).toBe(true);
  }
});
