import { fromHex } from '@pinfold/crypto';
import { OID } from './cms.js';
import {
  createRebindToken,
  createUnbindToken,
  openRebindToken,
  openUnbindToken,
  type Tr34Reason,
} from './index.js';
import { signToken } from './signed.js';
import { publicOf, testAuthority, testKeys } from './testing.js';

const [rootKey, kdhKey, krdKey, nextKey] = testKeys(4);
const [weakKey] = testKeys(1, 1024);
const root = testAuthority('Root', rootKey!);
const elsewhere = testAuthority('Elsewhere', rootKey!);
const kdh = { certificate: root.certify('KDH', publicOf(kdhKey!)), privateKey: kdhKey! };
const krdCertificate = root.certify('KRD', publicOf(krdKey!));
const otherKrd = root.certify('KRD 2', publicOf(krdKey!));
const next = root.certify('KDH 2', publicOf(nextKey!));
const trust = { authorities: [root.certificate], nowMs: Date.UTC(2026, 6, 1) };
const nonce = fromHex('00112233445566778899AABBCCDDEEFF');
const unbind = createUnbindToken({ kdh, krdCertificate, nonce });
const rebindTo = (newKdhCertificate: Uint8Array) =>
  createRebindToken({ kdh, krdCertificate, newKdhCertificate, nonce });
const rebind = rebindTo(next);
const refused = (detail: Tr34Reason) => ({ ok: false, code: 'KEY_TRANSPORT_INVALID', detail });
const expected = { kdhCertificate: kdh.certificate, krdCertificate, trust, nonce };
const openUnbind = (change: object = {}) =>
  openUnbindToken({ ...expected, token: unbind, ...change });
const openRebind = (change: object = {}) =>
  openRebindToken({ ...expected, token: rebind, ...change });

describe('unbinding', () => {
  it('sets the receiver free that it names, once', () => {
    expect(openUnbind()).toEqual({ ok: true, value: undefined });
    expect(openUnbind({ krdCertificate: otherKrd })).toEqual(refused('RECEIVER_OTHER'));
    expect(openUnbind({ nonce: new Uint8Array(16) })).toEqual(refused('NONCE_WRONG'));
    expect(openUnbind({ kdhCertificate: next })).toEqual(refused('SENDER_OTHER'));
    expect(openUnbind({ token: rebind })).toEqual(refused('TOKEN_MALFORMED'));
    expect(openUnbind({ trust: { ...trust, authorities: [] } })).toEqual(
      refused('SENDER_UNTRUSTED'),
    );
  });
});

describe('rebinding', () => {
  it('names the new distributor', () => {
    expect(openRebind()).toEqual({ ok: true, value: { kdhCertificate: next } });
    expect(openRebind({ krdCertificate: otherKrd })).toEqual(refused('RECEIVER_OTHER'));
    expect(openRebind({ nonce: new Uint8Array(16) })).toEqual(refused('NONCE_WRONG'));
    expect(openRebind({ token: unbind })).toEqual(refused('TOKEN_MALFORMED'));
  });

  it('of anything but a credential is malformed', () => {
    for (const content of [nonce, fromHex('3000'), fromHex('0500')]) {
      const token = signToken({ kdh, contentType: OID.signedData, content, fresh: { nonce } });
      expect(openRebind({ token })).toEqual(refused('TOKEN_MALFORMED'));
    }
  });

  it('takes no distributor that it would not trust', () => {
    const strangers = [
      elsewhere.certify('KDH 3', publicOf(nextKey!)),
      root.certify('KDH 4', publicOf(weakKey!)),
    ];
    for (const stranger of strangers) {
      expect(openRebind({ token: rebindTo(stranger) })).toEqual(refused('CREDENTIAL_UNTRUSTED'));
    }
    const isRevoked = (serial: string) => serial === '05';
    expect(openRebind({ trust: { ...trust, isRevoked } })).toMatchObject({ ok: false });
  });
});

it.each([
  ['unbind', unbind, openUnbind],
  ['rebind', rebind, openRebind],
] as const)(
  'every truncation and every flipped bit of an %s token is refused',
  (_, token, open) => {
    for (let at = 0; at < token.length; at++) {
      if (at % 7 === 0) expect(open({ token: token.slice(0, at) }).ok).toBe(false);
      const bad = Uint8Array.from(token);
      bad[at]! ^= 1 << (at % 8);
      const answer = open({ token: bad });
      // Versions and names of algorithms are not signed: another that is also known changes nothing.
      if (answer.ok) expect(answer).toEqual(open());
    }
  },
);

it.each([
  ['krdCertificate', () => createUnbindToken({ kdh, krdCertificate: nonce, nonce })],
  ['krdCertificate', () => openUnbind({ krdCertificate: nonce })],
  ['krdCertificate', () => openRebind({ krdCertificate: nonce })],
  [
    'krdCertificate',
    () => createRebindToken({ kdh, krdCertificate: nonce, newKdhCertificate: next, nonce }),
  ],
  ['newKdhCertificate', () => rebindTo(nonce)],
])('bad input: %s', (name, call) => {
  expect(call).toThrow(
    expect.objectContaining({
      code: 'CERTIFICATE_INVALID',
      message: `${name} must be an X.509 certificate in DER`,
    }),
  );
});
