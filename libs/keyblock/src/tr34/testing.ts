/** Certificates for tests: an authority and whom it certifies. Not exported by the library's index. */
import {
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
} from 'node:crypto';
import { OID } from './cms.js';
import { context, encode, NULL, octets, oid, sequence, small, TAG, utcTime } from './der.js';
import { commonName } from './request.js';

const BASIC_CONSTRAINTS = '2.5.29.19';
const BOOLEAN = 0x01;

export interface TestAuthority {
  readonly name: string;
  readonly certificate: Uint8Array;
  /** A certificate of a public key, valid in 2026. */
  certify(name: string, publicKey: KeyObject): Uint8Array;
}

/** RSA keys take their time: tests share a few. */
export function testKeys(count: number, modulusLength = 2048): KeyObject[] {
  return Array.from({ length: count }, () => {
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength });
    return privateKey;
  });
}

export function testAuthority(name: string, privateKey: KeyObject): TestAuthority {
  let serial = 1;
  const signed = (subject: string, publicKey: KeyObject, isAuthority: boolean) =>
    certificateOf({ subject, publicKey, serial: serial++, isAuthority, issuer: name, privateKey });
  return {
    name,
    certificate: signed(name, createPublicKey(privateKey), true),
    certify: (subject, publicKey) => signed(subject, publicKey, false),
  };
}

export const publicOf = (key: KeyObject) => createPublicKey(key);
export const privateOf = (der: Uint8Array) =>
  createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' });

function certificateOf(o: {
  subject: string;
  issuer: string;
  publicKey: KeyObject;
  privateKey: KeyObject;
  serial: number;
  isAuthority: boolean;
}): Uint8Array {
  const algorithm = sequence(oid(OID.sha256WithRsa), NULL);
  const constraints = o.isAuthority ? sequence(encode(BOOLEAN, Uint8Array.of(0xff))) : sequence();
  const tbs = sequence(
    encode(context(0), small(2)),
    small(o.serial),
    algorithm,
    commonName(o.issuer),
    sequence(utcTime(Date.UTC(2026, 0, 1)), utcTime(Date.UTC(2027, 0, 1))),
    commonName(o.subject),
    new Uint8Array(o.publicKey.export({ type: 'spki', format: 'der' })),
    encode(context(3), sequence(sequence(oid(BASIC_CONSTRAINTS), octets(constraints)))),
  );
  const signature = sign('sha256', tbs, o.privateKey);
  return sequence(tbs, algorithm, encode(TAG.bits, Uint8Array.of(0), signature));
}
