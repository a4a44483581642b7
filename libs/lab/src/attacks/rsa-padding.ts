/**
 * Bleichenbacher's attack on a key that a partner sent under RSA with PKCS1 v1.5 padding. The device
 * unwraps keys and says whether the padding was right: each answer tells that the plaintext, times a
 * number of the attacker's choice, begins with 00 02.
 */
import { attack, type Scene } from '../attack.js';
import { bleichenbacher } from '../rsa/bleichenbacher.js';
import { encipherPkcs1 } from '../rsa/encipher.js';
import {
  bytesOf,
  numberOf,
  powerModulo,
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
  note: 'calls vary widely with the key: half of the published runs for 1024 bits took fewer than 14,501, and the mean is 49,001 (oracle FFT of Bardou and others)',
  async run(scene) {
    const { lab, options, say } = scene;
    const bits = lab.rsaBits;
    const published = { publishedMean: 49_001, publishedMedian: 14_501 };
    if (options.effort === 'small') {
      const { oracle } = intercept(scene, bits);
      return { ...(await onlyOracle(oracle)), figures: { bits: Number(bits), ...published } };
    }
    const runs = options.runs ?? 1;
    const calls: number[] = [];
    let right = 0;
    for (let run = 1; run <= runs; run++) {
      const before = scene.attacker.calls;
      const { oracle, numbers, secret } = intercept(scene, bits);
      const progress = (left: number) => {
        const took = scene.attacker.calls - before;
        scene.progress(`key ${run} of ${runs}: ${took} calls, ${left} bits are open`);
      };
      const plain = bytesOf(await bleichenbacher(numbers, oracle, progress), numbers.bytes);
      const stolen = plain.subarray(plain.indexOf(0, 2) + 1);
      if (Buffer.from(stolen).equals(Buffer.from(secret))) right += 1;
      calls.push(scene.attacker.calls - before);
    }
    say(
      `intercepted ${runs === 1 ? 'a key' : `${runs} keys`} under ${bits}-bit RSA keys of the device`,
    );
    say('RsaUnwrapKey of multiples of it, until one plaintext was left');
    const obtained = runs === 1 ? 'the key that the partner sent' : `${right} of ${runs} keys`;
    const figures = { bits: Number(bits), ...published, ...spreadOf(calls) };
    return { obtained, verified: right === runs, calls, figures };
  },
});

/** A key of the device, and one that a partner sent under it. */
function intercept(scene: Scene, bits: '1024' | '2048') {
  const { lab } = scene;
  const made = lab.honest('keyManager', 'GenerateRsaKey', { bits, usage: 'unwrap' });
  const numbers = publicNumbers(made.publicKey);
  const secret = lab.random(16);
  const wire = encipherPkcs1(numbers, secret, lab.random);
  const oracle = oracleOf(scene, { rsaKey: made.rsaKey, wire, numbers });
  return { oracle, numbers, secret };
}

/** The seed gives the same keys again. */
function spreadOf(calls: readonly number[]): Record<string, number> {
  if (calls.length === 1) return {};
  const sorted = [...calls].sort((a, b) => a - b);
  const at = (part: number) => sorted[Math.round(part * (sorted.length - 1))]!;
  const spread = {
    least: at(0),
    lowerQuartile: at(0.25),
    median: at(0.5),
    upperQuartile: at(0.75),
  };
  return { ...spread, most: at(1) };
}

function oracleOf(
  { attacker, options }: Scene,
  o: { rsaKey: string; wire: Uint8Array; numbers: RsaPublic },
): (multiplier: bigint) => Promise<boolean> {
  const { n, e, bytes } = o.numbers;
  const cipher = numberOf(o.wire);
  const most = options.maxCalls ?? DEFAULT_MAX_CALLS * (options.runs ?? 1);
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
