import { keyCommand } from '../../declare/command.js';
import { choice, optional } from '../../declare/field.js';
import { publicKey, RSA_BITS, rsaKey, rsaUsage } from './rsa-fields.js';

export const generateRsaKey = keyCommand({
  name: 'GenerateRsaKey',
  group: 'rsa',
  title: 'makes an RSA key pair; public exponent 65537',
  source: 'FIPS 186-5; ANSI X9.143, key usage; payShield EI',
  roles: ['keyManager'],
  changes: true,
  input: {
    bits: choice('length of the modulus', RSA_BITS),
    usage: optional(rsaUsage()),
  },
  output: { rsaKey: rsaKey(), publicKey: publicKey() },
  errors: ['KEY_TOO_SHORT'],
  rules: ['M16.long-modulus'],
  run(t, { bits, usage = 'sign' }) {
    t.rule('M16.long-modulus', { bits: Number(bits) });
    const pair = t.rsa.generate(Number(bits));
    return { rsaKey: t.rsa.seal(pair, usage), publicKey: t.rsa.publicKey(pair) };
  },
});
