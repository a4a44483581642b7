import { fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../crypto/src/testing.js';
import {
  AES_DUKPT_KEY_TYPES,
  type AesDukptKeyType,
  AesDukptTerminal,
  aesInitialKey,
  aesKsn,
  aesTransactionKey,
  aesWorkingKey,
  isStrengthKept,
  onesIn,
  TDES_DUKPT_TRANSACTIONS,
  TdesDukptTerminal,
  tdesInitialKey,
  tdesSessionKey,
  tdesTransactionKey,
} from './index.js';

const bdk = fromHex('0123456789ABCDEFFEDCBA9876543210');
const ksn = fromHex('FFFF9876543210E00000');
const ik = tdesInitialKey({ bdk, ksn });
const ikid = fromHex('1234567890123456');
const at = (counter: number) => {
  const out = Uint8Array.from(ksn);
  new DataView(out.buffer).setUint32(6, 0x10e00000 + counter);
  return out;
};

describe('TDES DUKPT', () => {
  it('has 1,048,575 transactions: the counters of 21 bits with one to ten ones', () => {
    let count = 0;
    for (let n = 1; n < 2 ** 21; n++) if (onesIn(n) <= 10) count++;
    expect(count).toBe(TDES_DUKPT_TRANSACTIONS);
  });

  it('gives terminal and host the same keys, past skipped counters too', () => {
    for (const start of [1, 0x3f0, 0x7f7, 0xfffc0]) {
      if (onesIn(start) > 10) continue;
      const terminal = new TdesDukptTerminal({ ik, ksn: at(start) });
      for (let i = 0; i < 40; i++) {
        const step = terminal.next();
        if (!step.ok) throw new Error('spent');
        const host = tdesTransactionKey({ bdk, ksn: step.value.ksn });
        expect(host.ok && toHex(host.value)).toBe(toHex(step.value.key));
      }
      terminal.wipe();
      expect(terminal.next()).toEqual({ ok: false, code: 'DUKPT_SPENT' });
    }
  });

  it('starts a new terminal at 1 and ends after the last counter', () => {
    const first = new TdesDukptTerminal({ ik, ksn }).next();
    expect(first.ok && toHex(first.value.ksn)).toBe('FFFF9876543210E00001');
    const last = new TdesDukptTerminal({ ik, ksn: at(0x1ff800) });
    expect(last.next().ok).toBe(true);
    expect(last.next()).toEqual({ ok: false, code: 'DUKPT_SPENT' });
  });

  it('refuses counters that no terminal sends', () => {
    for (const counter of [0, 0x7ff, 0x1fffff]) {
      expect(tdesTransactionKey({ ik, ksn: at(counter) })).toEqual({
        ok: false,
        code: 'KSN_INVALID',
      });
    }
    expect(() => new TdesDukptTerminal({ ik, ksn: at(0x7ff) })).toThrow(
      inputError('COUNTER_INVALID: counter must be one that a terminal can send'),
    );
  });

  it('gives each use a key of its own, data keys enciphered under themselves', () => {
    const key = tdesTransactionKey({ ik, ksn: at(1) });
    const uses = ['pin', 'macRequest', 'macResponse', 'dataRequest', 'dataResponse'] as const;
    expect(key.ok && uses.map((use) => toHex(tdesSessionKey(key.value, use)))).toEqual([
      '042666B49184CF5C68DE9628D0397B36',
      '042666B4918430A368DE9628D03984C9',
      '042666B46E84CFA368DE96282F397BC9',
      '448D3F076D8304036A55A3D7E0055A78',
      'AD7BFC8B06AD3A08A560B4105CF8D9E5',
    ]);
  });

  it('derives the same from the initial key', () => {
    const one = tdesTransactionKey({ bdk, ksn: at(77) });
    const two = tdesTransactionKey({ ik, ksn: at(77) });
    expect(one).toEqual(two);
  });

  it.each([
    ['KSN_LENGTH: ksn must be 10 bytes', () => tdesInitialKey({ bdk, ksn: ksn.slice(1) })],
    ['KEY_LENGTH: bdk must be 16 bytes', () => tdesInitialKey({ bdk: bdk.slice(1), ksn })],
    ['KEY_LENGTH: ik must be 16 bytes', () => tdesTransactionKey({ ik: bdk.slice(1), ksn: at(1) })],
    [
      'KEY_CHOICE: exactly one of bdk and ik must be given',
      () => tdesTransactionKey({ ksn: at(1) }),
    ],
    [
      'KEY_CHOICE: exactly one of bdk and ik must be given',
      () => tdesTransactionKey({ bdk, ik, ksn: at(1) }),
    ],
    ['KSN_LENGTH: ksn must be 10 bytes', () => tdesTransactionKey({ bdk, ksn: 'x' as never })],
    ['USE_UNKNOWN: use must be one of TDES_DUKPT_USES', () => tdesSessionKey(ik, 'other' as never)],
    ['KEY_LENGTH: transactionKey must be 16 bytes', () => tdesSessionKey(ik.slice(1), 'pin')],
    ['KEY_LENGTH: ik must be 16 bytes', () => new TdesDukptTerminal({ ik: ik.slice(1), ksn })],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});

describe('AES DUKPT', () => {
  const of = (bytes: number) => Uint8Array.from({ length: bytes }, (_, i) => i);

  it.each([16, 24, 32])(
    'gives terminal and host the same keys under a BDK of %d bytes',
    (bytes) => {
      const initial = aesInitialKey({ bdk: of(bytes), ikid });
      expect(initial).toHaveLength(bytes);
      for (const counter of [1, 0xfffd, 0x1fffe, 0xfffe2000]) {
        const terminal = new AesDukptTerminal({ ik: initial, ikid, counter });
        for (let i = 0; i < 12; i++) {
          const step = terminal.next();
          if (!step.ok) break;
          const host = aesTransactionKey({ bdk: of(bytes), ksn: step.value.ksn });
          expect(host.ok && toHex(host.value)).toBe(toHex(step.value.derivationKey));
        }
        terminal.wipe();
        expect(terminal.next()).toEqual({ ok: false, code: 'DUKPT_SPENT' });
      }
    },
  );

  it('ends after the last counter', () => {
    const initial = aesInitialKey({ bdk: of(16), ikid });
    const terminal = new AesDukptTerminal({ ik: initial, ikid, counter: 0xffff0000 });
    expect(terminal.next().ok).toBe(true);
    expect(terminal.next()).toEqual({ ok: false, code: 'DUKPT_SPENT' });
    expect(new AesDukptTerminal({ ik: initial, ikid }).next().ok).toBe(true);
  });

  it('refuses counters that no terminal sends', () => {
    for (const counter of [0, 0x1ffff, 0xffffffff]) {
      const answer = aesTransactionKey({ bdk: of(16), ksn: aesKsn({ ikid, counter }) });
      expect(answer).toEqual({ ok: false, code: 'KSN_INVALID' });
    }
  });

  it('gives every usage and key type a key of its own, of its length', () => {
    const derivationKey = of(32);
    const at1 = aesKsn({ ikid, counter: 1 });
    const keys = new Set<string>();
    for (const [keyType, { bytes }] of Object.entries(AES_DUKPT_KEY_TYPES)) {
      for (const usage of [
        'pin',
        'macGenerate',
        'macVerify',
        'dataEncrypt',
        'dataDecrypt',
      ] as const) {
        const key = aesWorkingKey({ derivationKey, ksn: at1, usage, keyType: keyType as 'aes128' });
        expect(key).toHaveLength(bytes);
        keys.add(toHex(key));
      }
    }
    expect(keys.size).toBe(5 * Object.keys(AES_DUKPT_KEY_TYPES).length);
  });

  it.each<[number, AesDukptKeyType[]]>([
    [16, ['tdes2', 'tdes3', 'aes128', 'hmac128']],
    [24, ['tdes2', 'tdes3', 'aes128', 'aes192', 'hmac128', 'hmac192']],
    [32, Object.keys(AES_DUKPT_KEY_TYPES) as AesDukptKeyType[]],
  ])('knows which keys are no stronger than a BDK of %d bytes', (bdkBytes, kept) => {
    const all = Object.keys(AES_DUKPT_KEY_TYPES) as AesDukptKeyType[];
    expect(all.filter((keyType) => isStrengthKept({ bdkBytes, keyType }))).toEqual(kept);
  });

  it.each([
    ['KEY_LENGTH: bdk must be 16, 24 or 32 bytes', () => aesInitialKey({ bdk: of(15), ikid })],
    ['IKID_LENGTH: ikid must be 8 bytes', () => aesInitialKey({ bdk: of(16), ikid: of(7) })],
    ['IKID_LENGTH: ikid must be 8 bytes', () => aesInitialKey({ bdk: of(16), ikid: 'x' as never })],
    ['KSN_LENGTH: ksn must be 12 bytes', () => aesTransactionKey({ bdk: of(16), ksn: of(11) })],
    [
      'KEY_CHOICE: exactly one of bdk and ik must be given',
      () => aesTransactionKey({ ksn: of(12) }),
    ],
    [
      'KEY_CHOICE: exactly one of bdk and ik must be given',
      () => aesTransactionKey({ bdk: of(16), ik: of(16), ksn: of(12) }),
    ],
    [
      'KEY_LENGTH: ik must be 16, 24 or 32 bytes',
      () => aesTransactionKey({ ik: of(17), ksn: of(12) }),
    ],
    [
      'KEY_LENGTH: derivationKey must be 16, 24 or 32 bytes',
      () => aesWorkingKey({ derivationKey: of(8), ksn: of(12), usage: 'pin', keyType: 'aes128' }),
    ],
    [
      'KSN_LENGTH: ksn must be 12 bytes',
      () => aesWorkingKey({ derivationKey: of(16), ksn: of(8), usage: 'pin', keyType: 'aes128' }),
    ],
    [
      'USE_UNKNOWN: usage must be one of AES_DUKPT_USAGES',
      () =>
        aesWorkingKey({
          derivationKey: of(16),
          ksn: of(12),
          usage: 'x' as never,
          keyType: 'aes128',
        }),
    ],
    [
      'KEY_TYPE_UNKNOWN: keyType must be one of AES_DUKPT_KEY_TYPES',
      () =>
        aesWorkingKey({ derivationKey: of(16), ksn: of(12), usage: 'pin', keyType: 'x' as never }),
    ],
    ['IKID_LENGTH: ikid must be 8 bytes', () => new AesDukptTerminal({ ik: of(16), ikid: of(9) })],
    [
      'IKID_LENGTH: ikid must be 8 bytes',
      () => new AesDukptTerminal({ ik: of(16), ikid: [1, 2, 3, 4, 5, 6, 7, 8] as never }),
    ],
    ['KEY_LENGTH: ik must be 16, 24 or 32 bytes', () => new AesDukptTerminal({ ik: of(9), ikid })],
    ['IKID_LENGTH: ikid must be 8 bytes', () => aesKsn({ ikid: of(9), counter: 1 })],
    [
      'COUNTER_INVALID: counter must be an integer of 32 bits',
      () => aesKsn({ ikid, counter: 2 ** 32 }),
    ],
    ['COUNTER_INVALID: counter must be an integer of 32 bits', () => aesKsn({ ikid, counter: -1 })],
    [
      'COUNTER_INVALID: counter must be an integer of 32 bits',
      () => aesKsn({ ikid, counter: 0.5 }),
    ],
  ])('%s', (expected, call) => expect(call).toThrow(inputError(expected)));
});
