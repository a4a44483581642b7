/** Signature and freshness of a TR-34 token, each at its limit. */
import { constants, publicEncrypt } from 'node:crypto';
import { AesKey, concatBytes, encryptCbc, fromHex, toHex } from '@pinfold/crypto';
import { inputError } from '../../../crypto/src/testing.js';
import { OID } from './cms.js';
import { buildEnvelope, buildKeyBlock } from './enveloped.js';
import {
  createTr34Token,
  openTr34Token,
  TR34_NONCE_BYTES,
  TR34_REASONS,
  TR34_TIME_WINDOW_MS,
  tr34Nonce,
  tr34NonceToken,
} from './index.js';
import { attempt, checkToken, signToken, type Tr34Freshness } from './signed.js';
import { readSigned } from './signed-data.js';
import { publicOf, testAuthority, testKeys } from './testing.js';

const [rootKey, kdhKey, krdKey] = testKeys(3);
const root = testAuthority('Root', rootKey!);
const kdh = { certificate: root.certify('KDH', publicOf(kdhKey!)), privateKey: kdhKey! };
const krd = { certificate: root.certify('KRD', publicOf(krdKey!)), privateKey: krdKey! };
const nowMs = Date.UTC(2026, 6, 1);
const trust = { authorities: [root.certificate], nowMs };
const content = fromHex('0102');
const refused = (detail: string) => ({ ok: false, code: 'KEY_TRANSPORT_INVALID', detail });

const signed = (fresh: { nonce: Uint8Array } | { timeMs: number }, header?: Uint8Array) =>
  signToken({ kdh, contentType: OID.data, content, fresh, header });
const checked = (
  token: Uint8Array,
  fresh: Tr34Freshness,
  change: Partial<Parameters<typeof checkToken>[0]> = {},
) =>
  checkToken({
    token,
    contentType: OID.data,
    kdhCertificate: kdh.certificate,
    trust,
    fresh,
    ...change,
  });

describe('the random number', () => {
  it('is drawn with sixteen bytes, and may have 8 to 64', () => {
    expect(TR34_NONCE_BYTES).toBe(16);
    expect(tr34Nonce((length) => new Uint8Array(length).fill(7))).toEqual(
      new Uint8Array(16).fill(7),
    );
    for (const length of [8, 16, 64]) {
      const nonce = new Uint8Array(length).fill(1);
      expect(checked(signed({ nonce }), { nonce })).toEqual({
        ok: true,
        value: { content, header: undefined, timeMs: undefined },
      });
      expect(tr34NonceToken(nonce).length).toBe(length + 18);
    }
    for (const nonce of [new Uint8Array(7), new Uint8Array(65), [...new Uint8Array(16)]]) {
      const wrong = inputError('NONCE_LENGTH: nonce must be 8 to 64 bytes');
      expect(() => tr34NonceToken(nonce as Uint8Array)).toThrow(wrong);
      expect(() => signed({ nonce: nonce as Uint8Array })).toThrow(wrong);
      const token = signed({ nonce: new Uint8Array(8) });
      expect(() => checked(token, { nonce: nonce as Uint8Array })).toThrow(wrong);
    }
  });

  it('is the one that was asked for, in a token that has one', () => {
    const nonce = new Uint8Array(8);
    expect(checked(signed({ nonce }), { nonce: new Uint8Array(9) })).toEqual(
      refused('NONCE_WRONG'),
    );
    expect(checked(signed({ timeMs: nowMs }), { nonce })).toEqual(refused('NONCE_WRONG'));
    expect(checked(signed({ nonce }), { newerThanMs: 0 })).toEqual(refused('TIME_WRONG'));
  });
});

describe('the time', () => {
  it('is of whole seconds, of a year from 1950 to 2049', () => {
    const timeOf = (timeMs: number) => readSigned(signed({ timeMs })).timeMs;
    expect(timeOf(nowMs + 999)).toBe(nowMs);
    expect(timeOf(Date.UTC(1950, 0, 1))).toBe(Date.UTC(1950, 0, 1));
    expect(timeOf(Date.UTC(2050, 0, 1) - 1)).toBe(Date.UTC(2050, 0, 1) - 1000);
    for (const ms of [Date.UTC(1950, 0, 1) - 1, Date.UTC(2050, 0, 1), Number.NaN, Infinity]) {
      expect(() => signed({ timeMs: ms })).toThrow(
        inputError('TIME_INVALID: time must be of a year from 1950 to 2049'),
      );
    }
  });

  it('is newer than the last, and within the window on both sides', () => {
    expect(TR34_TIME_WINDOW_MS).toBe(300_000);
    const token = signed({ timeMs: nowMs }, fromHex('41'));
    const at = (offset: number, fresh: { newerThanMs: number; windowMs?: number }) =>
      checked(token, fresh, { trust: { ...trust, nowMs: nowMs + offset } });
    const good = { ok: true, value: { content, header: fromHex('41'), timeMs: nowMs } };
    for (const offset of [-300_000, 0, 300_000]) {
      expect(at(offset, { newerThanMs: nowMs - 1 })).toEqual(good);
    }
    expect(at(1000, { newerThanMs: 0, windowMs: 1000 })).toEqual(good);
    for (const [offset, newerThanMs, windowMs] of [
      [-300_001, 0, undefined],
      [300_001, 0, undefined],
      [1001, 0, 1000],
      [0, nowMs, undefined],
    ] as const) {
      expect(at(offset, { newerThanMs, windowMs })).toEqual(refused('TIME_WRONG'));
    }
  });
});

describe('a token', () => {
  const nonce = new Uint8Array(8);

  it('is signed by who has a certificate', () =>
    expect(() =>
      signToken({
        kdh: { ...kdh, certificate: content },
        contentType: OID.data,
        content,
        fresh: { nonce },
      }),
    ).toThrow(
      inputError('CERTIFICATE_INVALID: kdh.certificate must be an X.509 certificate in DER'),
    ));

  it('of another content than was asked for is malformed', () => {
    const other = checked(signed({ nonce }), { nonce }, { contentType: OID.signedData });
    expect(other).toEqual(refused('TOKEN_MALFORMED'));
  });

  it('has the padding of its cipher, also where the key block fills whole blocks', () => {
    const header = { version: 'D' as const, usage: 'M7', algorithm: 'H', modeOfUse: 'N' };
    for (let length = 1; length <= 32; length++) {
      const key = new Uint8Array(length).fill(length);
      const made = { kdh, krdCertificate: krd.certificate, trust, nonce, header, key };
      const random = (count: number) => new Uint8Array(count).fill(9);
      const taken = { krd, kdhCertificate: kdh.certificate, trust, nonce };
      const opened = openTr34Token({ ...taken, token: createTr34Token({ ...made, random }) });
      expect(opened.ok && toHex(opened.value.key)).toBe(toHex(key));
    }
  });

  it('is for the certificate that it names, not for whoever has its key', () => {
    const header = { version: 'D' as const, usage: 'M7', algorithm: 'H', modeOfUse: 'N' };
    const random = (count: number) => new Uint8Array(count).fill(9);
    const token = createTr34Token({
      ...{ kdh, krdCertificate: krd.certificate, trust, nonce, header, random },
      key: content,
    });
    const renewed = { ...krd, certificate: root.certify('KRD', publicOf(krdKey!)) };
    const taken = { kdhCertificate: kdh.certificate, trust, nonce, token };
    expect(openTr34Token({ ...taken, krd })).toMatchObject({ ok: true });
    expect(openTr34Token({ ...taken, krd: renewed })).toEqual(refused('CONTENT_WRONG'));
  });

  it('has a content key as long as its cipher says', () => {
    const header = new TextEncoder().encode('D0016M7HN00N0000');
    const block = buildKeyBlock({ kdh: kdh.certificate, key: content, header });
    const padding = 16 - (block.length % 16);
    const clear = concatBytes(block, new Uint8Array(padding).fill(padding));
    const iv = new Uint8Array(16);
    const opened = (keyBytes: number) => {
      const contentKey = new Uint8Array(keyBytes).fill(3);
      const envelope = buildEnvelope({
        krd: krd.certificate,
        encryptedKey: publicEncrypt(
          {
            key: publicOf(krdKey!),
            padding: constants.RSA_PKCS1_OAEP_PADDING,
            oaepHash: 'sha256',
          },
          contentKey,
        ),
        cipher: 'aes256',
        iv,
        ciphertext: encryptCbc(AesKey.of(contentKey), iv, clear),
      });
      const contentType = OID.envelopedData;
      const token = signToken({ kdh, contentType, content: envelope, fresh: { nonce }, header });
      return openTr34Token({ krd, kdhCertificate: kdh.certificate, trust, nonce, token });
    };
    expect(opened(32)).toMatchObject({ ok: true, value: { key: content } });
    expect(opened(16)).toEqual(refused('CONTENT_WRONG'));
  });

  it('carries keys of up to 4096 bytes', () => {
    const header = { version: 'D' as const, usage: 'M7', algorithm: 'H', modeOfUse: 'N' };
    const made = { kdh, krdCertificate: krd.certificate, trust, nonce, header };
    const random = (count: number) => new Uint8Array(count).fill(9);
    const token = createTr34Token({ ...made, random, key: new Uint8Array(4096) });
    const taken = { krd, kdhCertificate: kdh.certificate, trust, nonce, token };
    expect(openTr34Token(taken)).toMatchObject({ ok: true });
    for (const length of [0, 4097]) {
      expect(() => createTr34Token({ ...made, random, key: new Uint8Array(length) })).toThrow(
        inputError('KEY_INVALID: key must have a length of its algorithm, at most 4096'),
      );
    }
  });
});

it('every reason says why in words of its own', () => {
  const texts = Object.values(TR34_REASONS);
  expect(new Set(texts).size).toBe(texts.length);
  for (const text of texts) expect(text).toMatch(/^\w.{10,}$/);
});

it('what throws is undefined, what does not is its value', () => {
  expect(attempt(() => 5)).toBe(5);
  expect(
    attempt(() => {
      throw new Error('no');
    }),
  ).toBeUndefined();
});
