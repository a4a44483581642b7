import { generateKeyPairSync } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { choice, optional } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { publicKey, RSA_BITS, rsaKey, rsaUsage } from './rsa-fields.js';

export const generateRsaKey = dataCommand({
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
  run(core, { bits, usage = 'sign' }) {
    const modulusLength = Number(bits);
    const refused = core.policy.judge('M16.long-modulus', { bits: modulusLength });
    if (refused !== undefined) return refused;
    const pair = generateKeyPairSync('rsa', { modulusLength });
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    return done({ rsaKey: core.rsaKeys.seal(pair.privateKey, usage), publicKey: toHex(spki) });
  },
});
