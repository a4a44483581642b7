/**
 * Certificates of TR-34: who the key distribution host (KDH) and the key receiving device (KRD)
 * are. X.509 by `node:crypto`; the clock is passed in. Chains have two links, as in TR-34: the
 * authority and what it issued. Revocation is asked of the caller, who holds the lists.
 */
import { X509Certificate } from 'node:crypto';
import { InputError, isBytes } from '@pinfold/crypto';
import { namesOf } from './cms.js';

/** What a party believes: the authorities' certificates (DER), the time, and what was revoked. */
export interface Tr34Trust {
  authorities: readonly Uint8Array[];
  /** Milliseconds since the epoch. */
  nowMs: number;
  /** Serial number as upper-case hexadecimal; default: nothing is revoked. */
  isRevoked?: (serialNumber: string) => boolean;
}

/** TR-34 wants RSA of 2048 bits or more. */
export const TR34_MIN_RSA_BITS = 2048;

/** Reads a certificate in DER. @throws InputError CERTIFICATE_INVALID */
export function readCertificate(der: Uint8Array, name: string): X509Certificate {
  try {
    if (isBytes(der)) {
      const certificate = new X509Certificate(der);
      // OpenSSL also reads PEM and what follows a certificate; names are taken from strict DER.
      namesOf(der);
      return certificate;
    }
  } catch {
    // Falls through to the one error for every way of not being a certificate.
  }
  throw new InputError('CERTIFICATE_INVALID', `${name} must be an X.509 certificate in DER`);
}

/**
 * Whether a certificate is one that the party may rely on: issued, in time, not revoked, strong.
 */
export function isTrusted(certificate: X509Certificate, trust: Tr34Trust): boolean {
  const { modulusLength = 0 } = certificate.publicKey.asymmetricKeyDetails ?? {};
  const strong =
    certificate.publicKey.asymmetricKeyType === 'rsa' && modulusLength >= TR34_MIN_RSA_BITS;
  return (
    strong &&
    isInTime(certificate, trust.nowMs) &&
    !(trust.isRevoked?.(certificate.serialNumber) ?? false) &&
    trust.authorities.some((der) =>
      isIssuedBy(certificate, readCertificate(der, 'authority'), trust),
    )
  );
}

/**
 * By name, byte for byte, and by signature. Not by `checkIssued` of OpenSSL, which also refuses a
 * certificate that repeats an extension, as that of KDH 1 in the samples of TR-34 does.
 */
function isIssuedBy(certificate: X509Certificate, authority: X509Certificate, trust: Tr34Trust) {
  const named = Buffer.compare(namesOf(certificate.raw).issuer, namesOf(authority.raw).subject);
  return (
    authority.ca &&
    isInTime(authority, trust.nowMs) &&
    named === 0 &&
    certificate.verify(authority.publicKey)
  );
}

function isInTime(certificate: X509Certificate, nowMs: number): boolean {
  return Date.parse(certificate.validFrom) <= nowMs && nowMs <= Date.parse(certificate.validTo);
}
