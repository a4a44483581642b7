/** EMV through the device: published cryptograms and scripts in both modes, and what is refused. */
import { concatBytes, DesKey, fromHex, toHex } from '@pinfold/crypto';
import { applicationCryptogram, capCode, iccMasterKey } from '@pinfold/emv';
import { encryptPinBlock } from '@pinfold/pin';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';
import { casesOf } from '../../vector-rows.js';

const IMK = '0123456789ABCDEFFEDCBA9876543210';
const PAN = '1234567890123456';
const bytesOf = (hex: string | undefined) => (hex === undefined ? undefined : fromHex(hex));

const cryptograms = casesOf('emv.json', 'emv-cryptogram').filter(
  // Cases with a diversifier of the caller's: the device takes the counter alone.
  (one) => one.diversifier === undefined,
);
const scripts = casesOf('emv.json', 'emv-script');

describe.each(MODES)('EMV of a %s device', (mode) => {
  const { ask, load, clear } = keyBench(mode);
  const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
  const zpkClear = DesKey.of(clear(zpk));
  const blockOf = (pin: string) =>
    encryptPinBlock({ format: 'iso0', key: zpkClear, pin, pan: PAN });
  const askedOf = (one: (typeof cryptograms)[number]) =>
    ({
      imk: load('IMKAC', one.imk!),
      pan: one.pan!,
      psn: one.psn!,
      derivation: one.masterKeyDerivation as 'A' | undefined,
      atc: fromHex(one.atc ?? '001C'),
      un: bytesOf(one.un),
      session: one.sessionKey as 'none',
      data: fromHex(one.data!),
      padding: one.padding as 'iso1',
      arqc: fromHex(one.expect.arqc!),
      response: {
        arc: bytesOf(one.arc),
        csu: bytesOf(one.csu),
        key: one.arpcKey === 'iccMk' ? ('master' as const) : ('session' as const),
      },
    }) as const;

  it.each(cryptograms)('$id', (one) => {
    const asked = askedOf(one);
    const answer = valued(ask('production', 'VerifyArqcGenerateArpc', asked));
    expect(toHex(answer.arpc!)).toBe(one.expect.arpc);
    const { response, ...alone } = asked;
    expect(ask('production', 'VerifyArqcGenerateArpc', alone)).toEqual({ ok: true, value: {} });
  });

  it('ARQC: each bit counts, and errors come in order', () => {
    const asked = askedOf(cryptograms[0]!);
    const verify = (change: object) =>
      ask('production', 'VerifyArqcGenerateArpc', { ...asked, ...change });
    for (let bit = 0; bit < 64; bit++) {
      const arqc = asked.arqc.slice();
      arqc[bit >> 3]! ^= 0x80 >> (bit % 8);
      expect(verify({ arqc })).toEqual({ ok: false, code: 'ARQC_WRONG' });
    }
    const wrong = new Uint8Array(8);
    expect(verify({ imk: 'nonsense', response: {}, arqc: wrong })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
    expect(verify({ response: {}, arqc: wrong })).toEqual({ ok: false, code: 'INPUT_INVALID' });
    expect(verify({ response: { arc: wrong.slice(6), csu: wrong.slice(4) } })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(verify({ session: 'mastercard', un: undefined })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    expect(verify({ arqc: wrong.slice(1) })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(verify({ psn: '01' })).toMatchObject({ code: 'ARQC_WRONG' });
    for (const usage of ['IMKSMI', 'IMKSMC', 'BDK', 'PVK'] as const) {
      const answer = verify({ imk: load(usage, IMK) });
      expect(answer.ok).toBe(mode === 'legacy');
      if (mode === 'hardened') expect(answer).toMatchObject({ code: 'TOKEN_INVALID' });
    }
  });

  it('ARPC by method 2, and sessions of all kinds', () => {
    const asked = askedOf(cryptograms[0]!);
    const arpcs = (['none', 'common', 'mastercard', 'emv2000'] as const).map((session) => {
      const how = { ...asked, session, un: new Uint8Array(4), derivation: 'B' as const };
      const guess = {
        ...how,
        response: { csu: new Uint8Array(4), proprietaryData: fromHex('01') },
      };
      expect(ask('production', 'VerifyArqcGenerateArpc', guess).ok).toBe(session === 'none');
      return ask('production', 'VerifyArqcGenerateArpc', guess);
    });
    expect(valued(arpcs[0]!).arpc).toHaveLength(4);
  });

  const scriptOf = (one: (typeof scripts)[number]) => ({
    pan: one.pan!,
    psn: one.psn!,
    atc: fromHex(one.macPrefix!.slice(0, 4)),
    cryptogram: fromHex(one.macPrefix!.slice(4)),
    session: one.sessionKey === 'visa-sm' ? ('visa' as const) : ('common' as const),
    commandHeader: fromHex(one.commandHeader!),
  });

  it.each(scripts.filter((one) => one.pin === undefined))('$id', (one) => {
    const asked = { imk: load('IMKSMI', one.imkSmi!), ...scriptOf(one) };
    expect(toHex(valued(ask('production', 'GenerateScriptMac', asked)).mac)).toBe(one.expect.mac);
    const other = ask('production', 'GenerateScriptMac', {
      ...asked,
      imk: load('IMKSMC', one.imkSmi!),
    });
    expect(other.ok).toBe(mode === 'legacy');
    const tree = ask('production', 'GenerateScriptMac', { ...asked, session: 'emv2000' });
    expect(toHex(valued(tree).mac)).not.toBe(one.expect.mac);
  });

  it.each(scripts.filter((one) => one.pin !== undefined))('$id', (one) => {
    const visa = one.pinFormat === 'visa-new-pin';
    // The published PIN is 9999, which no customer may choose: the pieces are compared instead.
    const asked = {
      ...scriptOf(one),
      imkIntegrity: load('IMKSMI', one.imkSmi!),
      imkConfidentiality: load('IMKSMC', one.imkSmc!),
      imkCryptogram: visa ? load('IMKAC', one.imkAc!) : undefined,
      encryption: one.encryption as 'visa',
      block: visa ? ('visa' as const) : ('iso2' as const),
      newPinBlock: blockOf('9999'),
      key: zpk,
      format: 'iso0' as const,
    };
    const change = (changed: object) =>
      ask('production', 'GeneratePinChangeScript', { ...asked, ...changed });
    expect(change({})).toEqual({ ok: false, code: 'PIN_WEAK' });
    const made = valued(change({ newPinBlock: blockOf('9275') }));
    expect(made.commandData).toHaveLength(one.expect.commandData!.length / 2);
    const { commandData } = made;
    const mac = ask('production', 'GenerateScriptMac', {
      imk: asked.imkIntegrity,
      ...scriptOf(one),
      commandData,
    });
    expect(valued(mac).mac).toEqual(made.mac);
    if (!visa) {
      const data = fromHex('249999FFFFFFFFFF');
      const enciphered = ask('production', 'EncryptScriptData', {
        imk: asked.imkConfidentiality,
        ...scriptOf(one),
        data,
        encryption: asked.encryption,
      });
      expect(toHex(valued(enciphered).data)).toBe(one.expect.commandData);
    }
    expect(change({ imkIntegrity: 'nonsense' })).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(change({ imkConfidentiality: 'nonsense' })).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(change({ imkCryptogram: 'nonsense' })).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(change({ key: 'nonsense' })).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(change({ block: visa ? 'iso2' : 'visa' })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(change({ currentPinBlock: blockOf('8341') })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(change({ format: 'iso4' })).toMatchObject({ code: 'FORMAT_REFUSED' });
    if (!visa) return;
    const current = {
      block: 'visa-with-current-pin',
      newPinBlock: blockOf('9275'),
      currentPinBlock: blockOf('8341'),
    };
    expect(valued(change(current)).commandData).not.toEqual(commandData);
    expect(change({ ...current, currentPinBlock: undefined })).toMatchObject({
      code: 'INPUT_INVALID',
    });
  });

  it('EncryptScriptData takes its own key alone', () => {
    const one = scriptOf(scripts[0]!);
    const asked = { ...one, data: Uint8Array.of(1), encryption: 'emv' } as const;
    const imk = load('IMKSMI', IMK);
    const answer = ask('production', 'EncryptScriptData', { ...asked, imk });
    expect(answer.ok).toBe(mode === 'legacy');
  });
});

describe('one-time codes', () => {
  const { ask, load } = keyBench('hardened');
  const imk = load('IMKCAP', IMK);
  const ipb = fromHex('0000FF000000000003FFFF0000000000000000');
  const cid = fromHex('80');
  const iad = fromHex('0A0102030405060708'.slice(0, 16));
  const base = {
    imk,
    pan: PAN,
    session: 'none',
    template: new Uint8Array(29),
    counterAt: 20,
    amountAt: 0,
    challengeAt: 12,
    padding: 'iso1',
    cid,
    iad,
    ipb,
    lastCounter: 7,
    window: 10,
  } as const;
  const key = iccMasterKey({ imk: fromHex(IMK), pan: PAN, psn: '00' });
  const codeAt = (counter: number, tdsFields?: string[], filled: [number, string][] = []) => {
    const atc = Uint8Array.of(counter >> 8, counter & 255);
    const data = new Uint8Array(29);
    data.set(atc, 20);
    for (const [at, hex] of filled) data.set(fromHex(hex), at);
    const ac = applicationCryptogram({ key, data, padding: 'iso1' });
    return capCode({ answer: concatBytes(cid, atc, ac, iad), ipb, tdsFields });
  };
  const verify = (change: object) =>
    ask('production', 'VerifyCapCode', {
      ...base,
      mode: 'identify',
      code: codeAt(9),
      ...change,
    } as never);

  it('finds the counter in the window, and never one that was used', () => {
    expect(verify({})).toEqual({ ok: true, value: { counter: 9 } });
    expect(verify({ lastCounter: 9 })).toEqual({ ok: false, code: 'CODE_WRONG' });
    expect(verify({ window: 1 })).toEqual({ ok: false, code: 'CODE_WRONG' });
    const sign = codeAt(9, undefined, [
      [0, '000000001250'],
      [12, '00001234'],
    ]);
    const signed = { mode: 'sign', challenge: '1234', amountMinor: '1250', code: sign };
    expect(verify(signed)).toEqual({ ok: true, value: { counter: 9 } });
    expect(verify({ ...signed, amountMinor: '1251' })).toEqual({ ok: false, code: 'CODE_WRONG' });
    const fields = ['12345', '99'];
    expect(verify({ mode: 'tds', fields, code: codeAt(9, fields) }).ok).toBe(true);
    expect(verify({ mode: 'tds', fields: ['12345', '98'], code: codeAt(9, fields) }).ok).toBe(
      false,
    );
  });

  it('refuses what does not go together', () => {
    const invalid = { ok: false, code: 'INPUT_INVALID' };
    expect(verify({ fields: ['1'] })).toEqual(invalid);
    expect(verify({ mode: 'tds' })).toEqual(invalid);
    expect(verify({ counterAt: 28 })).toEqual(invalid);
    expect(verify({ session: 'mastercard' })).toEqual(invalid);
    expect(verify({ mode: 'respond', challenge: '1', challengeAt: undefined })).toEqual(invalid);
    expect(verify({ mode: 'respond', challenge: '1', challengeAt: 26 })).toEqual(invalid);
    expect(verify({ mode: 'respond' })).toEqual(invalid);
    expect(verify({ ipb: ipb.slice(1) })).toEqual(invalid);
    // Fifteen bits of the cryptogram: with one bit every other guess would be right.
    expect(verify({ ipb: fromHex('0000FF000000000003FFF80000000000000000') }).ok).toBe(false);
    expect(verify({ ipb: fromHex('0000FF0000000000007FFF0000000000000000') })).toEqual(invalid);
    expect(verify({ ipb: fromHex('FFFFFF000000000000000100FFFFFFFFFFFFFF') })).toEqual(invalid);
    expect(verify({ window: 101 })).toEqual(invalid);
    expect(verify({ imk: load('IMKAC', IMK) })).toEqual({ ok: false, code: 'TOKEN_INVALID' });
  });

  it('counts failures of an account, and stops the right code too', () => {
    const wrong = { code: '0' };
    let answer = verify(wrong);
    for (let i = 0; i < 20 && !answer.ok && answer.code === 'CODE_WRONG'; i++)
      answer = verify(wrong);
    expect(answer).toMatchObject({ code: 'CODE_LIMIT', rule: 'M6.account-limit' });
    expect(verify({})).toMatchObject({ code: 'CODE_LIMIT' });
  });
});
