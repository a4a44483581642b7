/**
 * Tokens by which a distributor gives a receiver up: unbind (the receiver has no distributor after it)
 * and rebind (another one takes its place). Signed by the distributor that the receiver is bound to,
 * over the receiver's random number. ASC X9 TR-34:2019 annex B.11 and B.14.
 */
import { ok, type Result } from '@pinfold/crypto';
import { isTrusted, readCertificate, type Tr34Trust } from './certificates.js';
import { issuerAndSerial, OID, sameCertificate } from './cms.js';
import { buildCredential, readCredential } from './credential.js';
import { no, type Tr34Refusal } from './reasons.js';
import { attempt, checkToken, signToken, type Tr34Party } from './signed.js';

interface Giving {
  /** The distributor that the receiver is bound to. */
  kdh: Tr34Party;
  krdCertificate: Uint8Array;
  nonce: Uint8Array;
}
interface Taking {
  /** Certificate of the distributor that the receiver is bound to. */
  kdhCertificate: Uint8Array;
  krdCertificate: Uint8Array;
  trust: Tr34Trust;
  nonce: Uint8Array;
  token: Uint8Array;
}

/** @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH */
export function createUnbindToken({ kdh, krdCertificate, nonce }: Giving): Uint8Array {
  readCertificate(krdCertificate, 'krdCertificate');
  const content = issuerAndSerial(krdCertificate);
  return signToken({ kdh, contentType: OID.data, content, fresh: { nonce } });
}

/** Whether the receiver is set free. @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH */
export function openUnbindToken(o: Taking): Result<undefined, Tr34Refusal> {
  readCertificate(o.krdCertificate, 'krdCertificate');
  const checked = checkToken({ ...o, contentType: OID.data, fresh: o });
  if (!checked.ok) return checked;
  const own = sameCertificate(checked.value.content, o.krdCertificate);
  return own ? ok(undefined) : no('RECEIVER_OTHER');
}

/** @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH */
export function createRebindToken(o: Giving & { newKdhCertificate: Uint8Array }): Uint8Array {
  readCertificate(o.krdCertificate, 'krdCertificate');
  readCertificate(o.newKdhCertificate, 'newKdhCertificate');
  const content = buildCredential({ krd: o.krdCertificate, certificate: o.newKdhCertificate });
  const { kdh, nonce } = o;
  return signToken({ kdh, contentType: OID.signedData, content, fresh: { nonce } });
}

/** The new distributor's certificate. @throws InputError CERTIFICATE_INVALID, NONCE_LENGTH */
export function openRebindToken(o: Taking): Result<{ kdhCertificate: Uint8Array }, Tr34Refusal> {
  readCertificate(o.krdCertificate, 'krdCertificate');
  const checked = checkToken({ ...o, contentType: OID.signedData, fresh: o });
  if (!checked.ok) return checked;
  const credential = attempt(() => readCredential(checked.value.content));
  if (credential === undefined) return no('TOKEN_MALFORMED');
  if (!sameCertificate(credential.krd, o.krdCertificate)) return no('RECEIVER_OTHER');
  const { certificate } = credential;
  const trusted = attempt(() => isTrusted(readCertificate(certificate, 'credential'), o.trust));
  return trusted === true ? ok({ kdhCertificate: certificate }) : no('CREDENTIAL_UNTRUSTED');
}
