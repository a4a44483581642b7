import { inspect } from 'node:util';
import fc from 'fast-check';
import { bytesOf, codeOf, desKeyBytes, int32, opensslEncrypt } from '../test/oracle.js';
import {
  DesKey,
  decryptEcb,
  desDecryptBlock,
  desEncryptBlock,
  encryptEcb,
  fromHex,
  toHex,
} from './index.js';
import { PASS_BYTES } from './integer/layout.js';
import { cryptBlock, exposeSchedule } from './integer/schedules.js';

/** NBS SP 500-20 table 4: the S-box test (key, plaintext, ciphertext). */
const S_BOX_TEST = `
  7CA110454A1A6E57 01A1D6D039776742 690F5B0D9A26939B
  0131D9619DC1376E 5CD54CA83DEF57DA 7A389D10354BD271
  07A1133E4A0B2686 0248D43806F67172 868EBB51CAB4599A
  3849674C2602319E 51454B582DDF440A 7178876E01F19B2A
  04B915BA43FEB5B6 42FD443059577FA2 AF37FB421F8C4095
  0113B970FD34F2CE 059B5E0851CF143A 86A560F10EC6D85B
  0170F175468FB5E6 0756D8E0774761D2 0CD3DA020021DC09
  43297FAD38E373FE 762514B829BF486A EA676B2CB7DB2B7A
  07A7137045DA2A16 3BDD119049372802 DFD64A815CAF1A0F
  04689104C2FD3B2F 26955F6835AF609A 5C513C9C4886C088
  37D06BB516CB7546 164D5E404F275232 0A2AEEAE3FF4AB77
  1F08260D1AC2465E 6B056E18759F5CCA EF1BF03E5DFA575A
  584023641ABA6176 004BD6EF09176062 88BF0DB6D70DEE56
  025816164629B007 480D39006EE762F2 A1F9915541020B56
  49793EBC79B3258F 437540C8698F3CFA 6FBF1CAFCFFD0556
  4FB05E1515AB73A7 072D43A077075292 2F22E49BAB7CA1AC
  49E95D6D4CA229BF 02FE55778117F12A 5A6B612CC26CCE4A
  018310DC409B26D6 1D9D5C5018F728C2 5F4C038ED12B2E41
  1C587F1C13924FEF 305532286D6F295A 63FAC0D034D9F793`;

describe('DES blocks', () => {
  it.each(
    S_BOX_TEST.trim()
      .split('\n')
      .map((line) => line.trim().split(' ')),
  )('SP 500-20 S-box test %s', (key, plaintext, ciphertext) => {
    expect(toHex(encryptEcb(DesKey.of(fromHex(key!)), fromHex(plaintext!)))).toBe(ciphertext);
    expect(toHex(decryptEcb(DesKey.of(fromHex(key!)), fromHex(ciphertext!)))).toBe(plaintext);
  });

  it('every single-bit plaintext and key agree with OpenSSL (SP 500-20 tables 1 and 2)', () => {
    for (let bit = 0; bit < 64; bit++) {
      const single = new Uint8Array(8);
      single[bit >> 3] = 0x80 >> (bit & 7);
      const zeros = new Uint8Array(8);
      for (const [key, data] of [
        [zeros, single],
        [single, zeros],
      ] as const) {
        const want = opensslEncrypt({ cipher: 'des', mode: 'ecb' }, key, data);
        expect(encryptEcb(DesKey.of(key), data)).toEqual(want);
      }
    }
  });

  it('random keys and blocks agree with OpenSSL, and decipher', () => {
    fc.assert(
      fc.property(desKeyBytes, bytesOf(8), (key, data) => {
        const desKey = DesKey.of(key);
        const want = opensslEncrypt({ cipher: 'des', mode: 'ecb' }, key, data);
        expect(encryptEcb(desKey, data)).toEqual(want);
        expect(decryptEcb(desKey, want)).toEqual(data);
      }),
      { numRuns: 1000 },
    );
  });

  it('the integer calls are the same cipher', () => {
    fc.assert(
      fc.property(desKeyBytes, int32, int32, (bytes, hi, lo) => {
        const key = DesKey.of(bytes);
        const out = new Int32Array(2);
        desEncryptBlock(key, hi, lo, out);
        const block = Buffer.alloc(8);
        block.writeInt32BE(hi, 0);
        block.writeInt32BE(lo, 4);
        const want = Buffer.from(encryptEcb(key, block));
        expect([...out]).toEqual([want.readInt32BE(0), want.readInt32BE(4)]);
        desDecryptBlock(key, out[0]!, out[1]!, out);
        expect([...out]).toEqual([hi, lo]);
      }),
    );
  });

  it('unsigned words are the same block as signed ones', () => {
    const key = DesKey.of(fromHex('0123456789ABCDEF'));
    const [signed, unsigned] = [new Int32Array(2), new Int32Array(2)];
    desEncryptBlock(key, -1, -2, signed);
    desEncryptBlock(key, 0xffffffff, 0xfffffffe, unsigned);
    expect(unsigned).toEqual(signed);
  });

  it('parity bits are ignored', () => {
    fc.assert(
      fc.property(desKeyBytes, bytesOf(8), (key, data) => {
        const flipped = key.map((byte) => byte ^ 1);
        expect(encryptEcb(DesKey.of(flipped), data)).toEqual(encryptEcb(DesKey.of(key), data));
      }),
    );
  });

  it('the first pass of a schedule is single DES under K1', () => {
    const key = fromHex('0123456789ABCDEFFEDCBA9876543210');
    const out = new Int32Array(2);
    const at = DesKey.of(key).encryptionSchedule();
    cryptBlock(at, at + PASS_BYTES, 5, 6, out);
    const single = new Int32Array(2);
    desEncryptBlock(DesKey.of(key.subarray(0, 8)), 5, 6, single);
    expect(out).toEqual(single);
  });
});

describe('DES keys', () => {
  it.each([0, 1, 7, 9, 15, 17, 23, 25, 32])('refuses %d bytes', (length) => {
    expect(codeOf(() => DesKey.of(new Uint8Array(length)))).toBe('KEY_LENGTH');
  });

  it('keeps its own copy', () => {
    const bytes = fromHex('0123456789ABCDEF');
    const key = DesKey.of(bytes);
    bytes.fill(0);
    expect(toHex(encryptEcb(key, new Uint8Array(8)))).toBe('D5D44FF720683D0D');
  });

  it('wipes bytes, schedules and registered copies, and then refuses every use', () => {
    const key = DesKey.of(fromHex('0123456789ABCDEFFEDCBA9876543210'));
    const secrets = [
      key.exposeBytes(),
      exposeSchedule(key.encryptionSchedule()),
      exposeSchedule(key.decryptionSchedule()),
    ];
    for (const secret of secrets) expect(secret.some((value) => value !== 0)).toBe(true);
    let told = 0;
    key.onWipe(() => {
      told++;
    });
    const forget = key.onWipe(() => {
      told += 100;
    });
    forget();
    key.wipe();
    key.wipe();
    expect(told).toBe(1);
    for (const secret of secrets) expect(secret.some((value) => value !== 0)).toBe(false);
    const out = new Int32Array(2);
    const block = new Uint8Array(8);
    for (const use of [
      () => desEncryptBlock(key, 0, 0, out),
      () => desDecryptBlock(key, 0, 0, out),
      () => encryptEcb(key, block),
      () => decryptEcb(key, block),
      () => key.exposeBytes(),
    ]) {
      expect(codeOf(use)).toBe('KEY_WIPED');
    }
  });

  it('takes bytes over where it is told to, and wipes them', () => {
    const bytes = fromHex('0123456789ABCDEF');
    const key = DesKey.owning(bytes);
    expect(key.exposeBytes()).toBe(bytes);
    expect(toHex(encryptEcb(key, new Uint8Array(8)))).toBe('D5D44FF720683D0D');
    key.wipe();
    expect(bytes.every((byte) => byte === 0)).toBe(true);
    expect(codeOf(() => DesKey.owning(new Uint8Array(9)))).toBe('KEY_LENGTH');
  });

  it('a key whose schedule uses the memory of a wiped one enciphers as ever', () => {
    fc.assert(
      fc.property(desKeyBytes, desKeyBytes, bytesOf(8), (first, second, data) => {
        const gone = DesKey.of(first);
        decryptEcb(gone, encryptEcb(gone, data));
        gone.wipe();
        const key = DesKey.of(second);
        const other = DesKey.of(first);
        const block = encryptEcb(key, data);
        encryptEcb(other, data);
        expect(decryptEcb(key, block)).toEqual(data);
        expect(encryptEcb(key, data)).toEqual(block);
        other.wipe();
        key.wipe();
      }),
    );
  });

  it('shows nothing of itself', () => {
    const key = DesKey.of(fromHex('0123456789ABCDEF'));
    key.encryptionSchedule();
    expect(JSON.stringify({ key })).toBe('{"key":"[DesKey]"}');
    expect(inspect(key, { depth: 9, showHidden: true })).not.toMatch(/\[1, 35|Int32Array|137/);
  });

  it('refuses an output that is too short', () => {
    const key = DesKey.of(new Uint8Array(8));
    expect(codeOf(() => desEncryptBlock(key, 0, 0, new Int32Array(1)))).toBe('OUTPUT_LENGTH');
    expect(codeOf(() => desDecryptBlock(key, 0, 0, new Int32Array(0)))).toBe('OUTPUT_LENGTH');
  });
});
