/**
 * Bleichenbacher's attack on a key that a partner sent under RSA with PKCS1 v1.5 padding. The device
 * unwraps keys and says whether the padding was right: each answer tells that the plaintext, times a
 * number of the attacker's choice, begins with 00 02.
 */
import { constants, publicEncrypt } from 'node:crypto';
import { attack, type Scene } from '../attack.js';
import { bleichenbacher } from '../rsa/bleichenbacher.js';
import {
  bytesOf,
  numberOf,
  powerModulo,
  publicKeyPem,
  publicNumbers,
  type RsaPublic,
} from '../rsa/public-key.js';

export const DEFAULT_MAX_CALLS = 1_000_000;
const SMALL_CALLS = 64;
/** The padding was right, and something else was not. */
const PADDED = 'KEY_LENGTH';

export const rsaPadding = attack({
  name: 'rsa-padding',
  title: 'PKCS1 v1.5 unwrapping tells good padding from bad',
  source: 'Bleichenbacher, CRYPTO 1998; Bardou and others, CRYPTO 2012',
  roles: ['keyManager', 'production'],
  note: 'calls vary widely with the key; the published mean is 49,000 and the median 14,500 for 1024 bits',
  async run(scene) {
    const { lab, options, say } = scene;
    const bits = lab.rsaBits;
    const made = lab.honest('keyManager', 'GenerateRsaKey', { bits, usage: 'unwrap' });
    const secret = lab.random(16);
    const key = { key: publicKeyPem(made.publicKey), padding: constants.RSA_PKCS1_PADDING };
    const wire = Uint8Array.from(publicEncrypt(key, secret));
    const numbers = publicNumbers(made.publicKey);
    say(`intercepted a key under the device's ${bits}-bit RSA key, PKCS1 v1.5`);
    const oracle = oracleOf(scene, { rsaKey: made.rsaKey, wire, numbers });
    const figures = { bits: Number(bits), publishedMean: 49_000, publishedMedian: 14_500 };
    if (options.effort === 'small') return { ...(await onlyOracle(oracle)), figures };
    const progress = (left: number) =>
      scene.progress(`${scene.attacker.calls} calls, ${left} bits`);
    const plain = bytesOf(await bleichenbacher(numbers, oracle, progress), numbers.bytes);
    const stolen = plain.subarray(plain.indexOf(0, 2) + 1);
    say('RsaUnwrapKey of multiples of it, until one plaintext was left');
    const verified = Buffer.from(stolen).equals(Buffer.from(secret));
    return { obtained: 'the key that the partner sent', verified, figures };
  },
});

function oracleOf(
  { attacker, options }: Scene,
  o: { rsaKey: string; wire: Uint8Array; numbers: RsaPublic },
): (multiplier: bigint) => Promise<boolean> {
  const { n, e, bytes } = o.numbers;
  const cipher = numberOf(o.wire);
  const most = options.maxCalls ?? DEFAULT_MAX_CALLS;
  return async (multiplier) => {
    if (attacker.calls >= most) attacker.nothingLearnt();
    const data = bytesOf((cipher * powerModulo(multiplier, e, n)) % n, bytes);
    const input = { rsaKey: o.rsaKey, padding: 'pkcs1' as const, data, usage: 'DEK' as const };
    const answer = await attacker.verdict('RsaUnwrapKey', input, ['PADDING_INVALID', PADDED]);
    return answer !== 'PADDING_INVALID';
  };
}

/** Enough to see that the oracle is there: it knows the right ciphertext, and refuses multiples of it. */
async function onlyOracle(oracle: (multiplier: bigint) => Promise<boolean>) {
  const right = await oracle(1n);
  let wrong = 0;
  for (let s = 2n; s < SMALL_CALLS; s++) if (!(await oracle(s))) wrong += 1;
  const verified = right && wrong > 0;
  return { obtained: 'an oracle for the padding (the search itself was left out)', verified };
}
