import {
  buildOptionalBlocks,
  KEY_USAGES,
  type KeyUsage,
  OPTIONAL_BLOCKS,
  parseOptionalBlocks,
} from './index.js';

const printable = { good: ['', 'ATM 1 ~'], bad: ['a\u0000b', 'é'] };
/** Data that each block takes and refuses. */
const DATA: Record<keyof typeof OPTIONAL_BLOCKS, { good: string[]; bad: string[] }> = {
  AL: { good: ['0100', '01FF'], bad: ['', '0200', '010', '01000', '01GG'] },
  BI: {
    good: ['000123456789', '0112345678'],
    bad: ['', '00012345678', '0001234567890', '011234567', '01123456789', '0212345678'],
  },
  CT: { good: ['00MIIB', '01x', '02y'], bad: ['', '00', '03MIIB', 'MIIB'] },
  DA: { good: ['01P0AEE', '01P0AEEM6AGN'], bad: ['', '01', '01P0AE', '02P0AEE', '01P0aEE'] },
  FL: printable,
  HM: {
    good: ['10', '20', '21', '22', '23', '24', '25', '30', '31', '32', '33', '40', '41'],
    bad: ['', '00', '11', '26', '34', '42', '210', '2'],
  },
  IK: {
    good: ['1234567890123456'],
    bad: ['', '12345678901234', '123456789012345678', 'G'.repeat(16)],
  },
  KC: {
    good: ['0008D7B4', '0108793E', '010879', '010879312233'],
    bad: ['', '00', '0208D7B4', '0008D7B'],
  },
  KP: { good: ['0008D7B4', '010879312233'], bad: ['0008', '01087931223344', '00g8D7B4'] },
  KS: {
    good: ['00604B120F9292800000', '1234567890123456', '123456789012345678'],
    bad: ['', '12345678901234', '00604B120F929280000000', '0060'],
  },
  KV: { good: ['0001', 'A2Z9'], bad: ['', '001', '00001', 'a001'] },
  LB: printable,
  PA: printable,
  PB: printable,
  PK: { good: ['0008D7B4'], bad: ['', '0308D7B4'] },
  TC: {
    good: ['20261121203015Z', '2026112120301599Z'],
    bad: ['', '20261121203015', '20261321203015Z'],
  },
  TS: {
    good: ['20260101000000Z', '20261231235959Z', '20261009190000Z', '20261030200000Z'],
    bad: [
      '20260001000000Z',
      '20260100000000Z',
      '20260132000000Z',
      '20260101240000Z',
      '20260101006000Z',
      '20260101000060Z',
      '202601010000001Z',
    ],
  },
  WP: { good: ['000', '001', '002', '003'], bad: ['', '004', '010', '00'] },
};

describe('optional blocks', () => {
  it.each(Object.entries(DATA))(
    '%s takes its data and nothing else, and keeps it',
    (id, { good, bad }) => {
      for (const data of good) {
        const { count, text } = buildOptionalBlocks([[id, data]], 1);
        expect(parseOptionalBlocks(text, 0, count)).toEqual({
          blocks: [[id, data]],
          end: text.length,
        });
      }
      for (const data of bad) {
        expect(() => buildOptionalBlocks([[id, data]], 8)).toThrow(
          expect.objectContaining({ code: 'BLOCK_DATA' }),
        );
      }
    },
  );

  it('write the length in two digits up to 255, then in four with its own length', () => {
    const textOf = (length: number) => buildOptionalBlocks([['LB', 'x'.repeat(length)]], 1).text;
    expect(textOf(0)).toBe('LB04');
    expect(textOf(251).slice(0, 4)).toBe('LBFF');
    expect(textOf(252).slice(0, 10)).toBe('LB00020106');
    expect(textOf(252)).toHaveLength(262);
    expect(parseOptionalBlocks(textOf(252), 0, 1)).toMatchObject({ end: 262 });
  });

  it.each([8, 16])('are padded to a multiple of %d, with the shortest block that fits', (size) => {
    for (let length = 0; length < 40; length++) {
      const { count, text } = buildOptionalBlocks([['LB', 'x'.repeat(length)]], size);
      expect(text.length % size).toBe(0);
      expect(text.length).toBeLessThan(length + 4 + 4 + size);
      expect(count).toBe((length + 4) % size === 0 ? 1 : 2);
    }
    expect(buildOptionalBlocks([], size)).toEqual({ count: 0, text: '' });
  });
});

/** ANSI X9.143 table 2 and 3, by mode: which usages go with it. N goes with all. */
const WITH_MODE: Record<string, string> = {
  B: 'D0 D1 D2 D3 K0 K1 K2 K3 K4 P0 S2',
  C: 'C0 M0 M1 M2 M3 M4 M5 M6 M7 M8 V0 V1 V2 V3 V4 V5',
  D: 'D0 D1 D2 D3 K0 K1 K2 K3 K4 P0 S2',
  E: 'D0 D1 D2 D3 K0 K1 K2 K3 K4 P0 S2',
  G: 'C0 M0 M1 M2 M3 M4 M5 M6 M7 M8 P1 V0 V1 V2 V3 V4 V5',
  S: 'K2 S0 S1 S2',
  T: 'K2 S2',
  V: 'B0 C0 K2 M0 M1 M2 M3 M4 M5 M6 M7 M8 S0 S1 S2 V0 V1 V2 V3 V4 V5',
  X: 'B0 B1 B2 B3 E0 E1 E2 E3 E4 E5 E6 E7 K3 S2',
  Y: '',
};
/** The same by algorithm. */
const WITH_ALGORITHM: Record<string, string> = {
  E: 'D1 K2 K3 S0 S1 S2',
  H: 'B3 M7',
  R: 'D1 K0 K2 K3 S0 S1 S2',
  S: 'D1 K2 K3 S0 S1 S2',
};

describe('key usages', () => {
  const usages = Object.keys(KEY_USAGES).sort() as KeyUsage[];
  const having = (field: 'modes' | 'algorithms', letter: string) =>
    usages.filter((usage) => KEY_USAGES[usage][field].includes(letter)).join(' ');

  it.each(Object.entries(WITH_MODE))('mode %s', (mode, list) =>
    expect(having('modes', mode)).toBe(list),
  );

  it('have mode N, all of them', () => expect(having('modes', 'N')).toBe(usages.join(' ')));

  it.each(Object.entries(WITH_ALGORITHM))('algorithm %s', (algorithm, list) =>
    expect(having('algorithms', algorithm)).toBe(list),
  );

  it('have DES and AES for all symmetric keys, but for the MACs of DES and HMAC', () => {
    const asymmetric = new Set(WITH_ALGORITHM.E!.split(' '));
    const symmetric = usages.filter((usage) => !asymmetric.has(usage) && usage !== 'M7');
    expect(having('algorithms', 'T')).toBe(symmetric.join(' '));
    expect(having('algorithms', 'D')).toBe(symmetric.join(' '));
    const aes = symmetric.filter((usage) => usage !== 'M0' && usage !== 'M3');
    expect(having('algorithms', 'A')).toBe(aes.join(' '));
  });
});
