import { sign } from 'node:crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes } from '../../declare/field.js';
import { done, refusal } from '../../outcome.js';
import { rsaKey, signatureOptions, signaturePadding } from './rsa-fields.js';

export const rsaSign = dataCommand({
  name: 'RsaSign',
  group: 'rsa',
  title: 'signs data: SHA-256 with PSS or PKCS1 v1.5',
  source: 'RFC 8017, 8; payShield EW',
  roles: ['production'],
  input: {
    rsaKey: rsaKey(),
    padding: signaturePadding(),
    data: bytes('data', { min: 0, max: 32_768 }),
  },
  output: { signature: bytes('signature', { min: 128, max: 512 }) },
  errors: ['TOKEN_INVALID'],
  rules: ['M9.one-usage'],
  run(core, { rsaKey: token, padding, data }) {
    const key = core.rsaKeys.open(token, 'sign');
    if (key === undefined) return refusal('TOKEN_INVALID');
    const signature = sign('sha256', data, { key, ...signatureOptions(padding) });
    return done({ signature: Uint8Array.from(signature) });
  },
});
