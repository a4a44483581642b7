/** Typed API, RSA, PIN issuance: what works, and what each rule refuses. */
import { constants, createPublicKey, publicEncrypt } from 'node:crypto';
import { DesKey, hasOddParity } from '@pinfold/crypto';
import { encryptPinBlock } from '@pinfold/pin';
import type { PrintedPage } from './core.js';
import { benchDevice, seededRandom, valued } from './testing.js';

const PAN = '4000000000000010';

describe('the typed four-function API', () => {
  const typed = (without: string[] = []) => {
    const { device, as } = benchDevice({ policy: { without } });
    const key = (kind: 'DataKey' | 'KEKKey') =>
      valued(device.execute(as('keyManager'), 'GenerateTypedKey', { kind })).key;
    return { device, session: as('production'), ki: key('DataKey'), kekj: key('KEKKey') };
  };

  it('enciphers, deciphers, exports and imports', () => {
    const { device, session, ki, kekj } = typed();
    const data = Uint8Array.of(1, 2, 3);
    const { cryptogram } = valued(device.execute(session, 'TypedEncrypt', { key: ki, data }));
    const exported = valued(device.execute(session, 'TypedExport', { key: ki, kek: kekj }));
    const imported = valued(
      device.execute(session, 'TypedImport', { cryptogram: exported.cryptogram, kek: kekj }),
    );
    const back = device.execute(session, 'TypedDecrypt', { key: imported.key, cryptogram });
    expect(valued(back).data).toEqual(data);
  });

  it('keeps an exported key from being deciphered as data, until rule M9 is off', () => {
    const leak = ({ device, session, ki, kekj }: ReturnType<typeof typed>) => {
      const { cryptogram } = valued(device.execute(session, 'TypedExport', { key: ki, kek: kekj }));
      return device.execute(session, 'TypedDecrypt', { key: kekj, cryptogram });
    };
    expect(leak(typed())).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(valued(leak(typed(['M9']))).data).toHaveLength(16);
  });
});

describe('a data key with a number of uses', () => {
  it('opens that often, and no more after a restart', () => {
    const { device, as } = benchDevice();
    const made = { context: 'c', uses: 2 };
    const { wrapped } = valued(device.execute(as('production'), 'GenerateDataKey', made));
    const open = (on: typeof device, context = 'c') =>
      on.execute(on.session({ name: 'x', role: 'production' }), 'DecryptDataKey', {
        wrapped,
        context,
      });
    expect(open(device, 'other')).toMatchObject({ code: 'TOKEN_INVALID' });
    expect(open(device).ok).toBe(true);
    const again = device.clone();
    expect(open(again).ok).toBe(true);
    expect(open(again)).toMatchObject({ code: 'TOKEN_INVALID' });
  });
});

describe('RSA', () => {
  type Usage = 'sign' | 'decrypt' | 'unwrap';
  const keys = (bench: ReturnType<typeof benchDevice>, bits: '1024' | '2048', usage?: Usage) =>
    bench.device.execute(bench.as('keyManager'), 'GenerateRsaKey', { bits, usage });
  const spki = (hex: string) =>
    createPublicKey({ key: Buffer.from(hex, 'hex'), format: 'der', type: 'spki' });

  it('signs, verifies and unwraps by OAEP in hardened mode, and refuses the rest', () => {
    const bench = benchDevice();
    const { device, as } = bench;
    expect(keys(bench, '1024')).toMatchObject({ rule: 'M16.long-modulus' });
    const { rsaKey, publicKey } = valued(keys(bench, '2048'));
    expect(valued(device.execute(as('production'), 'RsaPublicKey', { rsaKey }))).toEqual({
      publicKey,
    });
    const data = Uint8Array.of(4, 5, 6);
    for (const padding of ['pss', 'pkcs1'] as const) {
      const { signature } = valued(
        device.execute(as('production'), 'RsaSign', { rsaKey, padding, data }),
      );
      const asked = { publicKey, padding, data, signature };
      expect(device.execute(as('production'), 'RsaVerify', asked).ok).toBe(true);
      signature[5]! ^= 1;
      expect(device.execute(as('production'), 'RsaVerify', asked)).toMatchObject({
        code: 'SIGNATURE_INVALID',
      });
    }
    const own = valued(keys(bench, '2048', 'unwrap'));
    const wrapped = Uint8Array.from(
      publicEncrypt(
        { key: spki(own.publicKey), oaepHash: 'sha256' },
        seededRandom('a data key')(16),
      ),
    );
    const unwrap = (padding: 'oaep' | 'pkcs1', bytes: Uint8Array) =>
      device.execute(as('keyManager'), 'RsaUnwrapKey', {
        rsaKey: own.rsaKey,
        padding,
        data: bytes,
        usage: 'DEK',
      });
    expect(unwrap('oaep', wrapped).ok).toBe(true);
    expect(unwrap('pkcs1', wrapped)).toMatchObject({ rule: 'M16.oaep-only' });
    expect(
      unwrap(
        'oaep',
        wrapped.map((byte) => byte ^ 1),
      ),
    ).toMatchObject({ code: 'CIPHERTEXT_INVALID' });
  });

  describe('one usage per private key', () => {
    const secret = seededRandom('a data key')(16);
    const asked = (
      usage: Usage,
      without: string[] = [],
      mode: 'hardened' | 'legacy' = 'hardened',
    ) => {
      const bench = benchDevice({ mode, policy: { without } });
      const { rsaKey, publicKey } = valued(keys(bench, '2048', usage));
      const key = { key: spki(publicKey), oaepHash: 'sha256' };
      const data = Uint8Array.from(publicEncrypt(key, secret));
      return answers(bench, rsaKey, data);
    };
    const answers = (
      { device, as }: ReturnType<typeof benchDevice>,
      rsaKey: string,
      data: Uint8Array,
    ) => {
      const input = { rsaKey, padding: 'oaep', data } as const;
      const outcomes = {
        sign: device.execute(as('production'), 'RsaSign', { ...input, padding: 'pss' }),
        decrypt: device.execute(as('production'), 'RsaDecrypt', input),
        unwrap: device.execute(as('keyManager'), 'RsaUnwrapKey', { ...input, usage: 'DEK' }),
      };
      return Object.entries(outcomes).map(([name, o]) => `${name} ${o.ok ? 'ok' : o.code}`);
    };
    const all = ['sign ok', 'decrypt ok', 'unwrap ok'];

    it.each(['sign', 'decrypt', 'unwrap'] as const)('%s alone in hardened mode', (usage) => {
      expect(asked(usage)).toEqual(
        ['sign', 'decrypt', 'unwrap'].map((n) => `${n} ${n === usage ? 'ok' : 'TOKEN_INVALID'}`),
      );
    });

    it('any where rule M9 is off, and in legacy mode', () => {
      expect(asked('unwrap', ['M9.one-usage'])).toEqual(all);
      expect(asked('unwrap', [], 'legacy')).toEqual(all);
    });

    it('signs unless told otherwise, and its usage cannot be rewritten', () => {
      const bench = benchDevice();
      const { rsaKey } = valued(keys(bench, '2048'));
      const data = new Uint8Array(256);
      expect(rsaKey.slice(0, 4)).toBe('5330');
      expect(answers(bench, rsaKey, data)[0]).toBe('sign ok');
      for (const code of ['4431', '4B33']) {
        const forged = `${code}${rsaKey.slice(4)}`;
        const none = ['sign', 'decrypt', 'unwrap'].map((name) => `${name} TOKEN_INVALID`);
        expect(answers(bench, forged, data)).toEqual(none);
      }
    });
  });

  it.each(['ZCK', 'TMK', 'KEK'] as const)('takes no %s from under a public key', (usage) => {
    const input = { rsaKey: 'A'.repeat(64), padding: 'oaep', data: new Uint8Array(256), usage };
    const ask = (without: string[]) => {
      const { device, as } = benchDevice({ policy: { without } });
      return device.execute(as('keyManager'), 'RsaUnwrapKey', { ...input, padding: 'oaep' });
    };
    const rule = 'M12.no-anonymous-kek';
    expect(ask([])).toMatchObject({ code: 'USAGE_REFUSED', rule });
    expect(ask([rule])).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it.each(['ZPK', 'TAK', 'PVK', 'BDK'] as const)('takes no %s that nobody signed', (usage) => {
    const input = { rsaKey: 'A'.repeat(64), padding: 'oaep', data: new Uint8Array(256), usage };
    const ask = (without: string[]) => {
      const { device, as } = benchDevice({ policy: { without } });
      return device.execute(as('keyManager'), 'RsaUnwrapKey', { ...input, padding: 'oaep' });
    };
    const rule = 'M12.no-anonymous-key';
    expect(ask([])).toMatchObject({ code: 'USAGE_REFUSED', rule });
    expect(ask([rule])).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it.each([
    ['zeros', new Uint8Array(16)],
    ['equal halves', new Uint8Array(16).map((_, i) => i % 8)],
    ['a weak third', Uint8Array.from([...seededRandom('x')(16), ...new Uint8Array(8).fill(0xfe)])],
    ['an AES key of zeros', new Uint8Array(32)],
  ])('takes no %s, and gives DES keys odd parity', (_, weak) => {
    const made = new Map<string, Uint8Array>();
    const bench = benchDevice({
      laboratory: { keyMade: ({ token, key: clear }) => made.set(token, clear) },
    });
    const { rsaKey, publicKey } = valued(keys(bench, '2048', 'unwrap'));
    const take = (clear: Uint8Array) => {
      const wire = publicEncrypt({ key: spki(publicKey), oaepHash: 'sha256' }, clear);
      const asked = { rsaKey, padding: 'oaep', data: Uint8Array.from(wire), usage: 'DEK' } as const;
      return bench.device.execute(bench.as('keyManager'), 'RsaUnwrapKey', asked);
    };
    expect(take(weak)).toMatchObject({ code: 'KEY_WEAK', rule: 'M13.no-weak-key' });
    const { key } = valued(take(seededRandom('even')(16)));
    expect(hasOddParity(made.get(key)!)).toBe(true);
  });

  it('tells good PKCS1 v1.5 padding from bad in legacy mode: the oracle', () => {
    const bench = benchDevice({ mode: 'legacy' });
    const { rsaKey, publicKey } = valued(keys(bench, '1024'));
    const secret = new Uint8Array(16).fill(0x5d);
    const padding = constants.RSA_PKCS1_PADDING;
    const data = Uint8Array.from(publicEncrypt({ key: spki(publicKey), padding }, secret));
    const ask = (bytes: Uint8Array) =>
      bench.device.execute(bench.as('production'), 'RsaDecrypt', {
        rsaKey,
        padding: 'pkcs1',
        data: bytes,
      });
    expect(valued(ask(data)).data).toEqual(secret);
    const spoiled = Uint8Array.from(data, (byte, i) => (i === 100 ? byte ^ 1 : byte));
    expect(ask(spoiled)).toMatchObject({ code: 'PADDING_INVALID' });
  });
});

describe('issuing PINs', () => {
  const printed: PrintedPage[] = [];
  const made = new Map<string, Uint8Array>();
  const { device, as, key } = benchDevice({
    printer: (page) => printed.push(page),
    laboratory: { keyMade: ({ token, key: clear }) => made.set(token, clear) },
  });
  const pvk = key('P', { usage: 'V2' });
  const zpk = valued(device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK' })).key;
  const zpkClear = DesKey.of(made.get(zpk)!);
  const blockOf = (pin: string) =>
    encryptPinBlock({ format: 'iso0', key: zpkClear, pin, pan: PAN });
  const plan = { pan: PAN, method: 'visa-pvv', pvk, pvki: '1' } as const;
  const verify = (pin: string, record: string) =>
    device.execute(as('production'), 'VerifyPin', {
      pinBlock: blockOf(pin),
      pan: PAN,
      key: zpk,
      format: 'iso0',
      pvk,
      record,
    });

  it('generates a PIN that only the mailer shows, verifies and changes it', () => {
    const issued = valued(device.execute(as('pinIssuance'), 'GeneratePin', plan));
    const mail = { storedPin: issued.storedPin, pan: PAN, addressee: 'A. Holder' };
    valued(device.execute(as('pinIssuance'), 'PrintPinMailer', mail));
    const { pin } = printed[0]!;
    expect(verify(pin, issued.record).ok).toBe(true);
    const change = (newPin: string) =>
      device.execute(as('pinIssuance'), 'ChangePin', {
        pinBlock: blockOf(pin),
        newPinBlock: blockOf(newPin),
        pan: PAN,
        key: zpk,
        format: 'iso0',
        pvk,
        record: issued.record,
      });
    expect(change('1111')).toMatchObject({ code: 'PIN_WEAK' });
    const { record } = valued(change('8341'));
    expect(verify('8341', record).ok).toBe(true);
    expect(verify(pin, record)).toMatchObject({ code: 'PIN_WRONG' });
    expect(
      device.execute(as('pinIssuance'), 'PrintPinMailer', { ...mail, pan: '4000000000000028' }),
    ).toMatchObject({ code: 'TOKEN_INVALID' });
  });

  it('makes records and offsets for the issuance role and account-bound formats alone', () => {
    const asked = { ...plan, pinBlock: blockOf('8341'), key: zpk, format: 'iso0' } as const;
    const { record } = valued(device.execute(as('pinIssuance'), 'CreateVerificationRecord', asked));
    expect(verify('8341', record).ok).toBe(true);
    expect(device.execute(as('production'), 'CreateVerificationRecord', asked)).toMatchObject({
      code: 'ROLE_REFUSED',
    });
    expect(
      device.execute(as('pinIssuance'), 'CreateVerificationRecord', { ...asked, format: 'iso1' }),
    ).toMatchObject({ rule: 'M7.account-bound-issuance' });
    const pgk = key('P', { usage: 'PGK' });
    const offset = {
      ...asked,
      pvk: pgk,
      validationData: '4000000000000010',
      table: '0000000000000000',
    };
    expect(device.execute(as('pinIssuance'), 'CalculateOffset', offset)).toMatchObject({
      rule: 'M1.stored-tables',
    });
  });

  it('refuses an altered record, another account, and another key in the same way', () => {
    const issued = valued(device.execute(as('pinIssuance'), 'GeneratePin', plan));
    const altered = issued.record.replace(
      /\.([0-9A-F]{27})([0-9A-F])\./,
      (_, rest, last) => `.${rest}${last === '0' ? '1' : '0'}.`,
    );
    expect(altered).not.toBe(issued.record);
    expect(verify('1234', altered)).toMatchObject({ code: 'RECORD_INVALID' });
    const other = {
      pinBlock: blockOf('1234'),
      pan: '4000000000000028',
      key: zpk,
      format: 'iso0',
      pvk,
      record: issued.record,
    } as const;
    expect(device.execute(as('production'), 'VerifyPin', other)).toMatchObject({
      code: 'RECORD_INVALID',
    });
    const otherKey = { ...other, pan: PAN, pvk: key('P', { usage: 'PVK' }) };
    expect(device.execute(as('production'), 'VerifyPin', otherKey)).toMatchObject({
      code: 'RECORD_INVALID',
    });
  });

  it('translates only as PCI PIN allows', () => {
    const translate = (to: 'iso0' | 'iso1' | 'iso3' | 'plus', newPan?: string) =>
      device.execute(as('production'), 'TranslatePinBlock', {
        pinBlock: blockOf('8341'),
        pan: PAN,
        newPan,
        from: { key: zpk, format: 'iso0' },
        to: { key: zpk, format: to },
      });
    expect(translate('iso3').ok).toBe(true);
    expect(translate('iso1')).toMatchObject({ rule: 'M3.translation-table' });
    expect(translate('plus')).toMatchObject({ rule: 'M3.translation-table' });
    expect(translate('iso0', '4000000000000028')).toMatchObject({ rule: 'M3.same-account' });
  });

  it('verifies a format 4 block under an AES key', () => {
    const { key: aes } = valued(
      device.execute(as('production'), 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'A' }),
    );
    const translated = valued(
      device.execute(as('production'), 'TranslatePinBlock', {
        pinBlock: blockOf('8341'),
        pan: PAN,
        from: { key: zpk, format: 'iso0' },
        to: { key: aes, format: 'iso4' },
      }),
    );
    expect(translated.pinBlock).toHaveLength(16);
    const asked = { ...plan, pinBlock: translated.pinBlock, key: aes, format: 'iso4' } as const;
    const { record } = valued(device.execute(as('pinIssuance'), 'CreateVerificationRecord', asked));
    expect(verify('8341', record).ok).toBe(true);
  });
});
