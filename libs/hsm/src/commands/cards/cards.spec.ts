/** Card codes through the device: published values in both modes, and what is refused. */
import { fromHex } from '@pinfold/crypto';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';
import { casesOf, rowsOf } from '../../vector-rows.js';
import { CARD_CODE_NAMES, CARD_CODES } from './card-codes.js';

const CVK = '99999999999999998888888888888888';
const PAN = '5123456789012345';
const FULL = {
  pan: PAN,
  expiry: '3512',
  serviceCode: '101',
  psn: '00',
  atc: fromHex('005E'),
  un: fromHex('00000899'),
  track: fromHex('5123456789012345D35121010000000000000F'),
  trackingNumber: '1234',
  resultCode: '0',
  secondFactorCode: '13',
};

describe.each(MODES)('card codes of a %s device', (mode) => {
  const { ask, load } = keyBench(mode);
  const keys = {
    CVK: load('CVK', CVK),
    CSCK: load('CSCK', CVK),
    CAVVK: load('CAVVK', CVK),
    IMKDN: load('IMKDN', '01234567899876543210012345678998'),
  };

  it.each(casesOf('card-values.json', 'cvv'))(
    '$id',
    ({ cvk, pan, expiry, serviceCode, expect: { cvv } }) => {
      const code = { '000': 'cvv2', '999': 'icvv' }[serviceCode!] ?? 'cvv';
      const asked = {
        key: load('CVK', cvk!),
        code: code as 'cvv',
        pan: pan!,
        expiry: expiry!,
        serviceCode: serviceCode!,
      };
      expect(valued(ask('pinIssuance', 'GenerateCardCode', asked))).toEqual({ value: cvv });
      expect(ask('production', 'VerifyCardCode', { ...asked, value: cvv! })).toEqual({
        ok: true,
        value: {},
      });
    },
  );

  it.each(rowsOf('card-values.json', 'cvc3', 20))('CVC3 $cvc3', (row) => {
    const asked = {
      key: load('IMKDN', row.imk!),
      code: 'cvc3',
      pan: row.pan!,
      psn: row.psn!,
      track: fromHex(row.track!),
      atc: fromHex(row.atc!),
      un: fromHex(row.un!),
    } as const;
    const wanted = { ok: true, value: { value: row.cvc3 } };
    const digits = row.cvc3!.length;
    expect(ask('pinIssuance', 'GenerateCardCode', { ...asked, digits })).toEqual(wanted);
    const verify = (value: string) => ask('production', 'VerifyCardCode', { ...asked, value });
    expect(verify(row.cvc3!).ok).toBe(true);
    // Two digits of it: a code would be found digit by digit.
    expect(verify(row.cvc3!.slice(-2))).toMatchObject({ code: 'INPUT_INVALID' });
    expect(verify(row.cvc3!.replace(/.$/, (d) => String((Number(d) + 1) % 10)))).toMatchObject({
      code: 'CODE_WRONG',
    });
  });

  it.each(CARD_CODE_NAMES)(
    '%s: each member counts, each is needed, and only its own key',
    (code) => {
      const row: { usage: string; needs: readonly string[]; length?: number } = CARD_CODES[code];
      const asked = { key: keys[row.usage as keyof typeof keys], code, ...FULL };
      const { value } = valued(ask('pinIssuance', 'GenerateCardCode', asked));
      const verify = (change: object) =>
        ask('production', 'VerifyCardCode', { ...asked, value, ...change });
      expect(verify({}).ok).toBe(true);
      const wrong = value.replace(/^./, (d) => String((Number(d) + 1) % 10));
      expect(verify({ value: wrong })).toEqual({ ok: false, code: 'CODE_WRONG' });
      expect(verify({ value: '' })).toMatchObject({ code: 'INPUT_INVALID' });
      if (row.length !== undefined) {
        expect(verify({ value: `${value.slice(1)}` })).toMatchObject({ code: 'INPUT_INVALID' });
      }
      for (const name of row.needs) {
        expect(verify({ [name]: undefined })).toEqual({ ok: false, code: 'INPUT_INVALID' });
      }
      const other = row.usage === 'CVK' ? keys.CSCK : keys.CVK;
      const asOther = verify({ key: other });
      if (mode === 'hardened') expect(asOther).toEqual({ ok: false, code: 'TOKEN_INVALID' });
      // A missing member is looked for after the key.
      expect(verify({ key: 'nonsense', [row.needs[0]!]: undefined })).toMatchObject({
        code: 'TOKEN_INVALID',
      });
    },
  );

  it('a PVK makes no card codes, and a CVK verifies no PINs', () => {
    const pvk = load('PVK', CVK);
    const made = ask('pinIssuance', 'GenerateCardCode', { key: pvk, code: 'cvv', ...FULL });
    expect(made.ok).toBe(mode === 'legacy');
    const issued = ask('pinIssuance', 'GeneratePin', {
      pan: PAN,
      method: 'visa-pvv',
      pvk: keys.CVK,
      pvki: '1',
    });
    expect(issued.ok).toBe(mode === 'legacy');
  });
});

it('making codes is for the issuance role', () => {
  const { ask, load } = keyBench('hardened');
  const asked = { key: load('CVK', CVK), code: 'cvv', ...FULL } as const;
  expect(ask('production', 'GenerateCardCode', asked)).toMatchObject({ rule: 'M17.roles' });
});

it('a flipped bit in the token is refused', () => {
  const { ask, load } = keyBench('hardened');
  const key = load('CVK', CVK);
  for (let i = 0; i < key.length; i++) {
    const flipped = key.slice(0, i) + (key[i] === '0' ? '1' : '0') + key.slice(i + 1);
    expect(ask('pinIssuance', 'GenerateCardCode', { key: flipped, code: 'cvv', ...FULL })).toEqual({
      ok: false,
      code: 'TOKEN_INVALID',
    });
  }
});
