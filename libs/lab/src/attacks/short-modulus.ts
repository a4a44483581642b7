/**
 * A partner sends a key under a short RSA key of the device. Whoever factors the modulus reads it; the
 * device's answers are not needed.
 */
import { constants, createPrivateKey, privateDecrypt } from 'node:crypto';
import { attack } from '../attack.js';
import { encipherOaep } from '../rsa/encipher.js';
import { jwkOfPrimes } from '../rsa/pairs.js';
import { publicNumbers } from '../rsa/public-key.js';

/** Bits of a prime that the laboratory keeps to itself. */
const SEARCHED_BITS = 16;

export const shortModulus = attack({
  name: 'short-modulus',
  title: 'a key under a short RSA key is read by factoring the modulus',
  source: 'NIST SP 800-131A; NIST SP 800-57 part 1, table 2 (1024 bits: 80 bits of strength)',
  roles: ['keyManager'],
  note: `the laboratory gives all but ${SEARCHED_BITS} bits of a prime away: 2^${SEARCHED_BITS} divisions here, about 2^80 steps of the number field sieve in full`,
  async run({ lab, attacker, say }) {
    const asked = { bits: '1024', usage: 'unwrap' } as const;
    const { publicKey } = await attacker.call('GenerateRsaKey', asked);
    say('GenerateRsaKey of 1024 bits');
    const secret = lab.random(16);
    const wire = encipherOaep(publicKey, secret);
    say('a partner sends a key under it, OAEP; it is intercepted');
    const { n } = publicNumbers(publicKey);
    const hint = (lab.exposePrime(publicKey) >> BigInt(SEARCHED_BITS)) << BigInt(SEARCHED_BITS);
    let p = hint;
    while (n % p !== 0n && p < hint + (1n << BigInt(SEARCHED_BITS))) p += 1n;
    if (n % p !== 0n) return attacker.nothingLearnt();
    const key = createPrivateKey({ key: jwkOfPrimes(p, n / p), format: 'jwk' });
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const clear = privateDecrypt({ key, padding, oaepHash: 'sha256' }, wire);
    say(`the modulus is divided after ${p - hint} trials`);
    return {
      obtained: 'the key that the partner sent',
      verified: clear.equals(Buffer.from(secret)),
    };
  },
});
