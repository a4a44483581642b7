/** Fields and checks that the commands of TR-34 share. */
import { createPublicKey, type KeyObject, type X509Certificate } from 'node:crypto';
import { isTrusted, readCertificate, type Tr34Party } from '@pinfold/keyblock/tr34';
import type { Core } from '../../core.js';
import { bytes, hex, optional } from '../../declare/field.js';
import { CERTIFIES, type Certifies } from '../../keys/tr34-trust.js';
import { done, type Outcome, refusal } from '../../outcome.js';

const MAX_CERTIFICATE = 4096;
export const MAX_TR34_TOKEN = 8192;

export const certificate = (whose: string) =>
  bytes(`certificate of ${whose}, X.509 in DER`, { min: 128, max: MAX_CERTIFICATE });
export const partyName = (what: string) => hex(what, { length: 16 });
export const tr34Token = (what: string) => bytes(what, { min: 64, max: MAX_TR34_TOKEN });
export const receiverNonce = () => bytes("the receiver's random number", { min: 8, max: 64 });
export const ownNonce = () =>
  optional(
    bytes('random number that the token answers; one pass where absent', { min: 8, max: 64 }),
  );
export { CERTIFIES };

/** A certificate, or CERTIFICATE_INVALID. */
export function readParty(der: Uint8Array): Outcome<X509Certificate> {
  try {
    return done(readCertificate(der, 'certificate'));
  } catch {
    return refusal('CERTIFICATE_INVALID');
  }
}

/** A certificate that an authority of the device vouches for; CERTIFICATE_INVALID, CERTIFICATE_UNTRUSTED. */
export function trustedParty(
  core: Core,
  der: Uint8Array,
  certifies: Certifies,
): Outcome<X509Certificate> {
  const read = readParty(der);
  if (!read.ok) return read;
  const trusted = isTrusted(read.value, core.tr34.trustOf(certifies, core.now));
  return trusted ? read : refusal('CERTIFICATE_UNTRUSTED');
}

/**
 * The device's own part: a private key of usage tr34 and the certificate of that very key. Refuses
 * TOKEN_INVALID, CERTIFICATE_INVALID (also of another key).
 */
export function ownParty(core: Core, token: string, der: Uint8Array): Outcome<Tr34Party> {
  const privateKey = core.rsaKeys.open(token, 'tr34');
  if (privateKey === undefined) return refusal('TOKEN_INVALID');
  const read = readParty(der);
  if (!read.ok) return read;
  return isOf(read.value, privateKey)
    ? done({ certificate: der, privateKey })
    : refusal('CERTIFICATE_INVALID');
}

function isOf(certificate_: X509Certificate, privateKey: KeyObject): boolean {
  return certificate_.publicKey.equals(createPublicKey(privateKey));
}

/** Strength facts of an RSA key for rule M13.strong-wrap. */
export function rsaStrength(key: KeyObject): { algorithm: string; lengthBytes: number } {
  return { algorithm: 'R', lengthBytes: (key.asymmetricKeyDetails?.modulusLength ?? 0) / 8 };
}
