import { createPublicKey, verify } from 'node:crypto';
import { fromHex } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { publicKey, signatureOptions, signaturePadding } from './rsa-fields.js';

export const rsaVerify = dataCommand({
  name: 'RsaVerify',
  group: 'rsa',
  title: 'verifies a signature: SHA-256 with PSS or PKCS1 v1.5',
  source: 'RFC 8017, 8; payShield EY',
  roles: ['production'],
  input: {
    publicKey: publicKey(),
    padding: signaturePadding(),
    data: bytes('data', { min: 0, max: 32_768 }),
    signature: bytes('signature', { min: 128, max: 512 }),
  },
  output: {},
  errors: ['PUBLIC_KEY_INVALID', 'SIGNATURE_INVALID'],
  verdicts: ['SIGNATURE_INVALID'],
  rules: [],
  run(_core, { publicKey: spki, padding, data, signature }) {
    try {
      const key = createPublicKey({ key: Buffer.from(fromHex(spki)), format: 'der', type: 'spki' });
      if (key.asymmetricKeyType !== 'rsa') return refusal('PUBLIC_KEY_INVALID');
      const right = verify('sha256', data, { key, ...signatureOptions(padding) }, signature);
      return right ? done({}) : refusal('SIGNATURE_INVALID');
    } catch {
      return refusal('PUBLIC_KEY_INVALID');
    }
  },
});
