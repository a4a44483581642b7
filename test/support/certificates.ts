/** A certificate authority of the test and what it signs. Keys are Node's, certificates node-forge's. */
import { createHash, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { createRequire } from 'node:module';

export interface Signed {
  /** PEM. */
  readonly key: string;
  readonly certificate: string;
  /** SHA-256, upper-case hex. */
  readonly fingerprint: string;
}

/** What is used of node-forge, which brings no types. */
interface Forge {
  readonly md: { readonly sha256: { create(): unknown } };
  readonly pki: {
    createCertificate(): ForgeCertificate;
    certificateToPem(certificate: ForgeCertificate): string;
    publicKeyFromPem(pem: string): unknown;
    privateKeyFromPem(pem: string): unknown;
  };
}
interface ForgeCertificate {
  publicKey: unknown;
  serialNumber: string;
  readonly validity: { notBefore: Date; notAfter: Date };
  setSubject(name: readonly object[]): void;
  setIssuer(name: readonly object[]): void;
  setExtensions(list: readonly object[]): void;
  sign(key: unknown, digest: unknown): void;
}

const forge = createRequire(import.meta.url)('node-forge') as Forge;

const DAY_MS = 86_400_000;
const RSA_BITS = 2048;

const pair = () =>
  generateKeyPairSync('rsa', {
    modulusLength: RSA_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });

const named = (value: string) => [{ name: 'commonName', value }];

export class Authority {
  /** PEM. */
  readonly certificate: string;
  readonly #name: string;
  readonly #keys = pair();
  #serial = 1;

  constructor(name: string) {
    this.#name = name;
    this.certificate = this.#issue({
      name,
      publicKey: this.#keys.publicKey,
      extensions: [{ name: 'basicConstraints', cA: true, critical: true }],
    });
  }

  sign(name: string, o: { expired?: boolean } = {}): Signed {
    const { publicKey, privateKey: key } = pair();
    const extensions = [
      { name: 'basicConstraints', cA: false },
      { name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] },
    ];
    const certificate = this.#issue({ name, publicKey, extensions, ...o });
    const { raw } = new X509Certificate(certificate);
    const fingerprint = createHash('sha256').update(raw).digest('hex').toUpperCase();
    return { key, certificate, fingerprint };
  }

  #issue(o: {
    name: string;
    publicKey: string;
    extensions: readonly object[];
    expired?: boolean;
  }): string {
    const made = forge.pki.createCertificate();
    made.publicKey = forge.pki.publicKeyFromPem(o.publicKey);
    made.serialNumber = String(this.#serial++).padStart(2, '0');
    made.validity.notBefore = new Date(Date.now() - 2 * DAY_MS);
    made.validity.notAfter = new Date(Date.now() + (o.expired ? -DAY_MS : DAY_MS));
    made.setSubject(named(o.name));
    made.setIssuer(named(this.#name));
    made.setExtensions(o.extensions);
    const key = forge.pki.privateKeyFromPem(this.#keys.privateKey);
    made.sign(key, forge.md.sha256.create());
    return forge.pki.certificateToPem(made);
  }
}
