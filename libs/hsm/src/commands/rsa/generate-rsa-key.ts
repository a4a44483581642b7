import { generateKeyPairSync } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { choice } from '../../declare/field.js';
import { done } from '../../outcome.js';
import { publicKey, RSA_BITS, rsaKey } from './rsa-fields.js';

export const generateRsaKey = dataCommand({
  name: 'GenerateRsaKey',
  group: 'rsa',
  title: 'makes an RSA key pair; public exponent 65537',
  source: 'FIPS 186-5; payShield EI',
  roles: ['keyManager'],
  changes: true,
  input: { bits: choice('length of the modulus', RSA_BITS) },
  output: { rsaKey: rsaKey(), publicKey: publicKey() },
  errors: ['KEY_TOO_SHORT'],
  rules: ['M16.long-modulus'],
  run(core, { bits }) {
    const modulusLength = Number(bits);
    const refused = core.policy.judge('M16.long-modulus', { bits: modulusLength });
    if (refused !== undefined) return refused;
    const pair = generateKeyPairSync('rsa', { modulusLength });
    const spki = pair.publicKey.export({ type: 'spki', format: 'der' });
    return done({ rsaKey: core.rsaKeys.seal(pair.privateKey), publicKey: toHex(spki) });
  },
});
