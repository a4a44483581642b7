/** Whom a party of TR-34 relies on: each condition at its limit, and without it. */
import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { fromHex } from '@pinfold/crypto';
import { inputError } from '../../../crypto/src/testing.js';
import { isTrusted, readCertificate, type Tr34Trust } from './certificates.js';
import { namesOf } from './cms.js';
import { publicOf, testAuthority, testKeys } from './testing.js';

const [rootKey, otherKey, partyKey] = testKeys(3);
const [shortKey] = testKeys(1, 2040);
const root = testAuthority('Root', rootKey!);
const party = root.certify('KDH', publicOf(partyKey!));
const from = Date.UTC(2026, 0, 1);
const to = Date.UTC(2027, 0, 1);
const trust = { authorities: [root.certificate], nowMs: from };
const trusts = (der: Uint8Array, change: Partial<Tr34Trust> = {}) =>
  isTrusted(new X509Certificate(der), { ...trust, ...change });

describe('a certificate is relied on', () => {
  it('from its first millisecond to its last', () => {
    const at = [from - 1, from, from + 1, to - 1, to, to + 1];
    expect(at.map((nowMs) => trusts(party, { nowMs }))).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
    ]);
  });

  it('under one of several authorities, of its name and its key', () => {
    const namesake = testAuthority('Root', otherKey!);
    const other = testAuthority('Other', otherKey!);
    const renamed = testAuthority('Renamed', rootKey!);
    const under = (...authorities: Uint8Array[]) => trusts(party, { authorities });
    expect(under(other.certificate, root.certificate)).toBe(true);
    expect(under(root.certificate, namesake.certificate)).toBe(true);
    expect(under(namesake.certificate)).toBe(false);
    expect(under(renamed.certificate)).toBe(false);
    expect(under(other.certificate)).toBe(false);
    expect(under()).toBe(false);
  });

  it('under an authority alone, not under a party of the same name and key', () => {
    const middle = root.certify('Root', publicOf(rootKey!));
    expect(namesOf(middle).subject).toEqual(namesOf(root.certificate).subject);
    expect(trusts(party, { authorities: [middle] })).toBe(false);
  });

  it('unless it is revoked', () => {
    const serial = new X509Certificate(party).serialNumber;
    expect(trusts(party, { isRevoked: (one) => one === serial })).toBe(false);
    expect(trusts(party, { isRevoked: (one) => one !== serial })).toBe(true);
    expect(trusts(party, { isRevoked: undefined })).toBe(true);
  });

  it('with an RSA key of 2048 bits or more', () => {
    expect(trusts(root.certify('Short', publicOf(shortKey!)))).toBe(false);
    const { publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    expect(trusts(root.certify('Curve', publicKey))).toBe(false);
    const pss = generateKeyPairSync('rsa-pss', { modulusLength: 2048 });
    expect(trusts(root.certify('PSS', pss.publicKey))).toBe(false);
  });

  it('only where its authorities can be read', () => {
    expect(() => trusts(party, { authorities: [fromHex('0500')] })).toThrow(
      inputError('CERTIFICATE_INVALID: authority must be an X.509 certificate in DER'),
    );
  });
});

describe('a certificate is read', () => {
  const refused = inputError('CERTIFICATE_INVALID: one must be an X.509 certificate in DER');

  it('in DER', () => expect(readCertificate(party, 'one').raw).toEqual(Buffer.from(party)));

  it.each<[string, unknown]>([
    ['PEM', Buffer.from(new X509Certificate(party).toString())],
    ['DER with a byte after it', Uint8Array.of(...party, 0)],
    ['text', new X509Certificate(party).toString()],
    ['nothing', new Uint8Array(0)],
    ['no bytes', undefined],
    ['a sequence', fromHex('3000')],
  ])('not in %s', (_, input) =>
    expect(() => readCertificate(input as Uint8Array, 'one')).toThrow(refused),
  );
});
