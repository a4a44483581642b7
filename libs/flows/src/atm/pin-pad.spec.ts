import {
  AesKey,
  checkValue,
  cmac,
  DesKey,
  encryptEcb,
  fromHex,
  iso9797Mac,
  splitComponents,
  toHex,
} from '@pinfold/crypto';
import { wrapKeyBlock } from '@pinfold/keyblock';
import { decryptPinBlock } from '@pinfold/pin';
import type { OfferedKey } from '../node.js';
import { type PadAlgorithm, PinPad, type PinPadOptions } from './pin-pad.js';
import { seededRandom } from './testing.js';

const TDES = {
  tmk: '0123456789ABCDEF1032547698BADCFE',
  tpk: 'A1B2C3D4E5F60718293A4B5C6D7E8F90',
  tak: '4C6D7E8F90A1B2C3D4E5F60718293A4B',
};
const AES = {
  tmk: '000102030405060708090A0B0C0D0E0F',
  tpk: 'F0E1D2C3B4A5968778695A4B3C2D1E0F',
  tak: '00112233445566778899AABBCCDDEEFF',
};
const random = seededRandom(1);

function optionsOf(algorithm: PadAlgorithm, more: Partial<PinPadOptions> = {}): PinPadOptions {
  return {
    terminal: 'ATM00001',
    algorithm,
    storageKey: new Uint8Array(32).fill(9),
    random,
    ...more,
  };
}

const kcv = (key: Uint8Array, algorithm: PadAlgorithm) =>
  toHex(
    checkValue(
      key,
      algorithm === 'T' ? { cipher: 'des', method: 'zeros' } : { cipher: 'aes', method: 'cmac' },
    ),
  );

function offer(
  usage: 'TPK' | 'TAK',
  o: { algorithm: PadAlgorithm; tmk: string; key: string; version?: number },
): OfferedKey {
  const { algorithm, version = 1 } = o;
  const key = fromHex(o.key);
  const code = usage === 'TPK' ? 'P0' : algorithm === 'T' ? 'M3' : 'M6';
  const header = {
    version: algorithm === 'T' ? 'B' : 'D',
    usage: code,
    algorithm,
    modeOfUse: usage === 'TPK' ? 'B' : 'C',
  } as const;
  const keyBlock = wrapKeyBlock({ kbpk: fromHex(o.tmk), header, key, random });
  return { usage, version, keyBlock, checkValue: kcv(key, algorithm) };
}

function padWithTmk(
  algorithm: PadAlgorithm,
  tmk: string,
  more: Partial<PinPadOptions> = {},
): PinPad {
  const pad = new PinPad(optionsOf(algorithm, more));
  const [one, two] = splitComponents(fromHex(tmk), 2, random);
  expect(pad.enterComponent({ courier: 'Ann', component: one! })).toMatchObject({ ok: true });
  expect(pad.enterComponent({ courier: 'Bob', component: two! })).toMatchObject({ ok: true });
  const value = kcv(fromHex(tmk), algorithm);
  expect(pad.activateTmk(value)).toEqual({ ok: true, value });
  return pad;
}

describe('the master key', () => {
  const [one, two] = splitComponents(fromHex(TDES.tmk), 2, random) as [Uint8Array, Uint8Array];

  it.each([
    ['one courier with both', { courier: 'Ann', component: two }, 'PAD_COURIER_REPEATED'],
    ['the same component twice', { courier: 'Bob', component: one }, 'PAD_COMPONENT_REPEATED'],
    ['another length', { courier: 'Bob', component: new Uint8Array(24) }, 'PAD_COMPONENT_LENGTH'],
    ['no key length', { courier: 'Bob', component: new Uint8Array(8) }, 'PAD_COMPONENT_LENGTH'],
  ])('is refused from %s', (_, second, code) => {
    const pad = new PinPad(optionsOf('T'));
    pad.enterComponent({ courier: 'Ann', component: one });
    expect(pad.enterComponent(second)).toMatchObject({ ok: false, code });
    expect(pad.activateTmk('000000')).toMatchObject({ ok: false, code: 'PAD_COMPONENTS_MISSING' });
  });

  it('is refused with another check value, and the components are gone', () => {
    const pad = new PinPad(optionsOf('T'));
    pad.enterComponent({ courier: 'Ann', component: one });
    pad.enterComponent({ courier: 'Bob', component: two });
    expect(pad.activateTmk('000000')).toEqual({ ok: false, code: 'PAD_CHECK_VALUE_WRONG' });
    expect(pad.activateTmk(kcv(fromHex(TDES.tmk), 'T'))).toMatchObject({
      code: 'PAD_COMPONENTS_MISSING',
    });
    expect(pad.hasTmk).toBe(false);
  });

  it('is refused when its halves are equal', () => {
    const weak = fromHex('0123456789ABCDEF0123456789ABCDEF');
    const parts = splitComponents(weak, 2, random);
    const pad = new PinPad(optionsOf('T'));
    pad.enterComponent({ courier: 'Ann', component: parts[0]! });
    pad.enterComponent({ courier: 'Bob', component: parts[1]! });
    expect(pad.activateTmk(kcv(weak, 'T'))).toEqual({ ok: false, code: 'PAD_KEY_WEAK' });
  });
});

describe.each([
  ['T', TDES],
  ['A', AES],
] as const)('working keys, algorithm %s', (algorithm, keys) => {
  const offers = (version = 1) => [
    offer('TPK', { algorithm, tmk: keys.tmk, key: keys.tpk, version }),
    offer('TAK', { algorithm, tmk: keys.tmk, key: keys.tak, version }),
  ];

  it('encrypt PINs and make MACs that the other side reads', () => {
    const pad = padWithTmk(algorithm, keys.tmk);
    expect(pad.takeKeys(offers())).toMatchObject({ ok: true });
    const pan = '4000000000000010';
    const { block, format, version } = pad.encryptPin({ pin: '1234', pan });
    expect([format, version]).toEqual([algorithm === 'T' ? 'iso0' : 'iso4', 1]);
    const key = algorithm === 'T' ? DesKey.of(fromHex(keys.tpk)) : AesKey.of(fromHex(keys.tpk));
    expect(decryptPinBlock({ format: format as 'iso0' | 'iso4', key, block, pan })).toEqual({
      ok: true,
      value: '1234',
    });
    const data = fromHex('0102030405060708090A');
    const expected =
      algorithm === 'T'
        ? iso9797Mac({ algorithm: 3, padding: 1, key: DesKey.of(fromHex(keys.tak)), data })
        : cmac(AesKey.of(fromHex(keys.tak)), data).subarray(0, 8);
    expect(toHex(pad.mac(data))).toBe(toHex(expected));
    expect(pad.verifyMac({ data, mac: expected, version: 1 })).toBe(true);
    expect(pad.verifyMac({ data, mac: expected, version: 2 })).toBe(false);
    expect(pad.verifyMac({ data, mac: expected.map((b) => b ^ 1), version: 1 })).toBe(false);
    expect(pad.verifyMac({ data, mac: expected.subarray(0, 4), version: 1 })).toBe(false);
  });

  it('come all or none, with the usage that their block states', () => {
    const pad = padWithTmk(algorithm, keys.tmk);
    const half = [offers()[0]!, { ...offers()[0]!, usage: 'TAK' as const }];
    expect(pad.takeKeys(half)).toMatchObject({ code: 'PAD_KEY_USAGE' });
    expect(pad.takeKeys([{ ...offers()[0]!, usage: 'TAK' }])).toMatchObject({
      code: 'PAD_KEY_USAGE',
    });
    expect(pad.takeKeys([{ ...offers()[0]!, usage: 'ZPK' }])).toMatchObject({
      code: 'PAD_KEY_USAGE',
    });
    expect(pad.takeKeys([{ ...offers()[0]!, checkValue: '000000' }])).toMatchObject({
      code: 'PAD_CHECK_VALUE_WRONG',
    });
    const other = offer('TPK', { algorithm, tmk: keys.tak, key: keys.tpk });
    expect(pad.takeKeys([other])).toMatchObject({ code: 'PAD_KEY_BLOCK_INVALID' });
    expect(pad.version('TPK')).toBeUndefined();
  });

  it('live side by side, never go back, and may be offered twice', () => {
    const pad = padWithTmk(algorithm, keys.tmk);
    pad.takeKeys(offers(1));
    const data = fromHex('01');
    const first = pad.mac(data);
    const second = offer('TAK', { algorithm, tmk: keys.tmk, key: keys.tpk, version: 2 });
    expect(pad.takeKeys([second])).toMatchObject({ ok: true });
    expect(pad.takeKeys([second])).toMatchObject({ ok: true });
    expect(pad.version('TAK')).toBe(2);
    expect(toHex(pad.mac(data))).not.toBe(toHex(first));
    expect(pad.verifyMac({ data, mac: first, version: 1 })).toBe(true);
    const old = offer('TAK', { algorithm, tmk: keys.tmk, key: keys.tpk, version: 1 });
    expect(pad.takeKeys([old])).toMatchObject({ code: 'PAD_VERSION_OLD' });
    for (let version = 3; version <= 6; version++) {
      pad.takeKeys([offer('TAK', { algorithm, tmk: keys.tmk, key: keys.tak, version })]);
    }
    expect(pad.verifyMac({ data, mac: first, version: 1 })).toBe(false);
  });

  it('survive a power cut, sealed under the storage key of this terminal', () => {
    const pad = padWithTmk(algorithm, keys.tmk);
    pad.takeKeys(offers(7));
    const sealed = pad.sealedState();
    for (const secret of [keys.tmk, keys.tpk, keys.tak])
      expect(toHex(sealed)).not.toContain(secret);
    const again = PinPad.restore(optionsOf(algorithm), sealed);
    expect(again.ok && again.value.version('TAK')).toBe(7);
    expect(again.ok && toHex(again.value.mac(fromHex('01')))).toBe(toHex(pad.mac(fromHex('01'))));
    const refusal = { ok: false, code: 'PAD_STATE_INVALID' };
    expect(PinPad.restore(optionsOf(algorithm, { terminal: 'ATM00002' }), sealed)).toEqual(refusal);
    expect(
      PinPad.restore(optionsOf(algorithm, { storageKey: new Uint8Array(32) }), sealed),
    ).toEqual(refusal);
    const damaged = sealed.map((b, i) => (i === 20 ? b ^ 1 : b));
    expect(PinPad.restore(optionsOf(algorithm), damaged)).toEqual(refusal);
    expect(PinPad.restore(optionsOf(algorithm), sealed.subarray(0, 5))).toEqual(refusal);
  });

  it('are gone after tamper', () => {
    const pad = padWithTmk(algorithm, keys.tmk);
    pad.takeKeys(offers());
    pad.wipe();
    expect(pad.hasTmk).toBe(false);
    expect(() => pad.mac(fromHex('01'))).toThrow('has no TAK');
  });
});

it('takes ECB cryptograms in legacy mode only', () => {
  const keyBlock = toHex(encryptEcb(DesKey.of(fromHex(TDES.tmk)), fromHex(TDES.tpk)));
  const key: OfferedKey = {
    usage: 'TPK',
    version: 1,
    keyBlock,
    checkValue: kcv(fromHex(TDES.tpk), 'T'),
  };
  expect(padWithTmk('T', TDES.tmk).takeKeys([key])).toMatchObject({
    code: 'PAD_KEY_BLOCK_INVALID',
  });
  const legacy = padWithTmk('T', TDES.tmk, { legacyKeys: true });
  expect(legacy.takeKeys([key])).toMatchObject({ ok: true });
  expect(legacy.takeKeys([{ ...key, version: 2, checkValue: '000000' }])).toMatchObject({
    ok: false,
  });
});

it('shows nothing of itself', () => {
  const pad = padWithTmk('T', TDES.tmk);
  expect(JSON.stringify(pad)).toBe('"[PinPad ATM00001]"');
});
