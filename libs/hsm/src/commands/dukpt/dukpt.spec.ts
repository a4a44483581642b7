/** DUKPT through the device: the standards' own values, rules, and what is refused. */
import { AesKey, cmac, DesKey, encryptEcb, fromHex, hmac, toHex } from '@pinfold/crypto';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { encryptPinBlock } from '@pinfold/pin';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';
import { casesOf, rowsOf } from '../../vector-rows.js';

const BDK = '0123456789ABCDEFFEDCBA9876543210';
const AES_BDK = 'FEDCBA9876543210F1F1F1F1F1F1F1F1';
const IKID = '1234567890123456';
const KSN = fromHex('FFFF9876543210E00001');
const PAN = '4012345678909';

describe.each(MODES)('triple-DES DUKPT of a %s device', (mode) => {
  const { ask, load, key, clear } = keyBench(mode);
  const bdk = load('BDK', BDK);
  const transactions = casesOf('dukpt-tdes.json', 'dukpt-tdes').filter((one) => one.pinBlock);

  it.each(transactions)('$id', ({ ksn: hex, data: text, expect: wanted }) => {
    const ksn = fromHex(hex!);
    const data = Uint8Array.from(Buffer.from(text!));
    const made = ask('production', 'GenerateDukptMac', { bdk, ksn, data, macBytes: 4 });
    expect(toHex(valued(made).mac)).toBe(wanted.macResponse);
    const mac = fromHex(wanted.macRequest!);
    const verify = (given: Uint8Array) =>
      ask('production', 'VerifyDukptMac', { bdk, ksn, data, mac: given });
    expect(verify(mac).ok).toBe(true);
    expect(verify(fromHex(wanted.macResponse!))).toEqual({ ok: false, code: 'MAC_INVALID' });
    const cipher = fromHex(wanted.encryptedDataRequest!);
    const deciphered = valued(ask('production', 'DecryptDukptData', { bdk, ksn, data: cipher }));
    expect(Buffer.from(deciphered.data).toString().replace(/\0+$/, '')).toBe(text);
    const both = { bdk, ksn, keys: 'both' } as const;
    const again = ask('production', 'EncryptDukptData', { ...both, data: deciphered.data });
    expect(toHex(valued(again).data)).toBe(wanted.encryptedDataRequest);
  });

  it('translates the PIN of a transaction, and verifies it', () => {
    const [first] = transactions;
    const pinBlock = fromHex(first!.expect.encryptedPinBlock!);
    const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
    const translated = ask('production', 'TranslateDukptPinBlock', {
      bdk,
      ksn: KSN,
      pinBlock,
      pan: PAN,
      format: 'iso0',
      to: { key: zpk, format: 'iso0' },
    });
    const expected = encryptPinBlock({
      format: 'iso0',
      key: DesKey.of(clear(zpk)),
      pin: '1234',
      pan: PAN,
    });
    expect(valued(translated).pinBlock).toEqual(expected);
    const pvk = key('P', { usage: 'PVK' });
    const plan = { pan: PAN, method: 'visa-pvv', pvk, pvki: '1' } as const;
    const asked = { ...plan, pinBlock: expected, key: zpk, format: 'iso0' } as const;
    const { record } = valued(ask('pinIssuance', 'CreateVerificationRecord', asked));
    const verify = (change: object) =>
      ask('production', 'VerifyDukptPin', {
        bdk,
        ksn: KSN,
        pinBlock,
        pan: PAN,
        format: 'iso0',
        pvk,
        record,
        ...change,
      });
    expect(verify({})).toEqual({ ok: true, value: {} });
    const next = fromHex('FFFF9876543210E00002');
    expect(verify({ ksn: next }).ok).toBe(false);
    expect(verify({ bdk: zpk }).ok).toBe(false);
    expect(verify({ format: 'iso4' })).toMatchObject({ code: 'FORMAT_REFUSED' });
  });

  it.each(rowsOf('dukpt-tdes.json', 'tdes', 20))('initial key of $ksn', (row) => {
    const under = key('TMK');
    const derived = ask('keyManager', 'DeriveInitialKey', {
      bdk: load('BDK', row.bdk!),
      ksn: fromHex(row.ksn!),
      under,
    });
    const { keyBlock } = valued(derived);
    if (mode === 'legacy') {
      expect(keyBlock).toBe(toHex(encryptEcb(DesKey.of(clear(under)), fromHex(row.ik!))));
      return;
    }
    const opened = valued(unwrapKeyBlock({ kbpk: clear(under), block: keyBlock }));
    expect(toHex(opened.key)).toBe(row.ik);
    expect(opened.header).toMatchObject({ usage: 'B1', modeOfUse: 'X', exportability: 'N' });
    expect(opened.header.blocks[0]).toEqual(['KS', row.ksn]);
  });

  it('refuses in the order of the declaration', () => {
    const data = Uint8Array.of(1);
    const mac = new Uint8Array(4);
    const verify = (change: object) =>
      ask('production', 'VerifyDukptMac', { bdk, ksn: KSN, data, mac, ...change });
    expect(verify({ bdk: 'nonsense', ksn: new Uint8Array(12) })).toEqual({
      ok: false,
      code: 'TOKEN_INVALID',
    });
    expect(verify({ ksn: new Uint8Array(12), keyType: 'aes128' })).toMatchObject({
      code: 'KSN_INVALID',
    });
    expect(verify({ keyType: 'aes128', mac: new Uint8Array(9) })).toMatchObject({
      code: 'KEY_TYPE_REFUSED',
    });
    expect(verify({ mac: new Uint8Array(9) })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(verify({ mac: new Uint8Array(3) })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(verify({ ksn: fromHex('FFFF9876543210E00000') })).toMatchObject({
      code: 'KSN_INVALID',
    });
    expect(verify({ ksn: fromHex('FFFF9876543210FFFFFF') })).toMatchObject({
      code: 'KSN_INVALID',
    });
    expect(verify({ ksn: new Uint8Array(11) })).toMatchObject({ code: 'INPUT_INVALID' });
    expect(verify({})).toMatchObject({ code: 'MAC_INVALID' });
  });
});

describe('AES DUKPT of a hardened device', () => {
  const { ask, load, key, clear } = keyBench('hardened');
  const bdk = load('BDK', AES_BDK, 'A');
  const ksn = fromHex(`${IKID}00000001`);
  const working = (usage: string) =>
    fromHex(
      casesOf('dukpt-aes.json', 'dukpt-aes').find(
        (one) => one.id === `aes128-ctr-1-${usage}-aes128`,
      )!.expect.workingKey!,
    );
  const data = Uint8Array.from({ length: 32 }, (_, i) => i);

  it('verifies the MAC of the published key', () => {
    const mac = cmac(AesKey.of(working('macGenerate')), data);
    expect(ask('production', 'VerifyDukptMac', { bdk, ksn, data, mac }).ok).toBe(true);
    mac[0]! ^= 1;
    expect(ask('production', 'VerifyDukptMac', { bdk, ksn, data, mac })).toEqual({
      ok: false,
      code: 'MAC_INVALID',
    });
  });

  it.each(rowsOf('dukpt-aes.json', 'aes', 200).filter(({ usage }) => usage!.startsWith('mac')))(
    'MAC key $workingKey',
    (row) => {
      const strong =
        Number(row.bdk!.length * 4) >= { tdes2: 80, tdes3: 112 }[row.keyType!]! ||
        row.bdk!.length * 4 >= Number(row.keyType!.replace(/\D/g, ''));
      const use = row.usage === 'macVerify' ? 'GenerateDukptMac' : 'VerifyDukptMac';
      const asked = {
        bdk: load('BDK', row.bdk!, 'A'),
        ksn: fromHex(row.ikid! + row.counter!),
        keyType: row.keyType as 'aes128',
        keys: row.usage === 'macBoth' ? ('both' as const) : ('separate' as const),
        data,
      };
      if (!strong) {
        const refused = ask('production', 'GenerateDukptMac', asked);
        expect(refused).toMatchObject({ rule: 'M13.strong-wrap' });
        return;
      }
      if (row.keyType!.startsWith('tdes')) return;
      const own = fromHex(row.workingKey!);
      const mac = row.keyType!.startsWith('aes')
        ? cmac(AesKey.of(own), data)
        : hmac('sha256', own, data);
      if (use === 'GenerateDukptMac') {
        expect(valued(ask('production', use, asked)).mac).toEqual(mac);
      } else expect(ask('production', use, { ...asked, mac }).ok).toBe(true);
    },
  );

  it('deciphers the data of a request', () => {
    const cipher = encryptEcb(AesKey.of(working('dataEncrypt')), data.subarray(0, 16));
    const asked = { bdk, ksn, data: cipher };
    expect(valued(ask('production', 'DecryptDukptData', asked)).data).toEqual(data.slice(0, 16));
    const cut = { ...asked, data: cipher.slice(8) };
    expect(ask('production', 'DecryptDukptData', cut)).toMatchObject({ code: 'INPUT_INVALID' });
    expect(ask('production', 'DecryptDukptData', { ...asked, iv: cipher.slice(8) })).toMatchObject({
      code: 'INPUT_INVALID',
    });
    const mac = { ...asked, keyType: 'hmac128' } as const;
    expect(ask('production', 'EncryptDukptData', mac)).toMatchObject({ code: 'KEY_TYPE_REFUSED' });
  });

  it('translates the published format 4 block, and nothing to format 1', () => {
    const { pan, expect: wanted } = casesOf('dukpt-aes.json', 'dukpt-aes').find(
      (one) => one.id === 'aes128-ctr-1-pinblock',
    )!;
    const zpk = valued(ask('production', 'GenerateWorkingKey', { usage: 'ZPK' })).key;
    const translate = (change: object) =>
      ask('production', 'TranslateDukptPinBlock', {
        bdk,
        ksn,
        pinBlock: fromHex(wanted.encryptedPinBlock!),
        pan: pan!,
        format: 'iso4',
        to: { key: zpk, format: 'iso0' },
        ...change,
      });
    const zpkClear = DesKey.of(clear(zpk));
    const block = encryptPinBlock({ format: 'iso0', key: zpkClear, pin: '1234', pan: pan! });
    expect(valued(translate({})).pinBlock).toEqual(block);
    expect(translate({ to: { key: zpk, format: 'iso1' } })).toMatchObject({
      rule: 'M3.translation-table',
    });
    expect(translate({ keyType: 'hmac128' })).toMatchObject({ code: 'KEY_TYPE_REFUSED' });
    expect(translate({ pan: '4111111111111112' })).toMatchObject({ code: 'PIN_BLOCK_INVALID' });
    expect(translate({ to: { key: bdk, format: 'iso0' } })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });

  it('puts the initial key of the standard into a key block, under a strong enough key', () => {
    const [published] = casesOf('dukpt-aes.json', 'dukpt-aes');
    const under = key('TMK');
    const { keyBlock } = valued(ask('keyManager', 'DeriveInitialKey', { bdk, ksn, under }));
    const opened = valued(unwrapKeyBlock({ kbpk: clear(under), block: keyBlock }));
    expect(toHex(opened.key)).toBe(published!.expect.ik);
    expect(opened.header.blocks[0]).toEqual(['IK', IKID]);
    const weak = key('TMK', { algorithm: 'T' });
    expect(ask('keyManager', 'DeriveInitialKey', { bdk, ksn, under: weak })).toMatchObject({
      rule: 'M13.strong-wrap',
    });
    expect(ask('keyManager', 'DeriveInitialKey', { bdk, ksn: KSN, under })).toMatchObject({
      code: 'KSN_INVALID',
    });
  });
});
