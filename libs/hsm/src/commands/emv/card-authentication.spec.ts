/** Offline data authentication through the device, under a hierarchy of keys made here. */
import { constants, createHash, generateKeyPairSync, privateEncrypt } from 'node:crypto';
import { concatBytes, fromHex } from '@pinfold/crypto';
import { MODES } from '../../policy/policy.js';
import { keyBench } from '../../testing-keys.js';

const PAN = '4000000000000010';
const EXPONENT = Uint8Array.of(3);

function pair(bits: number) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicExponent: 3,
  });
  const modulus = Uint8Array.from(Buffer.from(publicKey.export({ format: 'jwk' }).n!, 'base64url'));
  return { modulus, privateKey };
}

const sha1 = (...parts: Uint8Array[]) =>
  Uint8Array.from(
    createHash('sha1')
      .update(concatBytes(...parts))
      .digest(),
  );

/** EMV 4.3 Book 2, A2.1: 6A, data filled with BB, hash, BC. */
function sign(key: ReturnType<typeof pair>, data: Uint8Array, further: Uint8Array): Uint8Array {
  const fill = new Uint8Array(key.modulus.length - 22 - data.length).fill(0xbb);
  const filled = concatBytes(data, fill);
  const hash = sha1(filled, further);
  const block = concatBytes(Uint8Array.of(0x6a), filled, hash, Uint8Array.of(0xbc));
  const padding = constants.RSA_NO_PADDING;
  return Uint8Array.from(privateEncrypt({ key: key.privateKey, padding }, block));
}

const [scheme, issuer, card] = [pair(1408), pair(1024), pair(768)];
const staticData = fromHex('5A084000000000000010');
const un = fromHex('01020304');
const issuerHead = fromHex('02400000FF12300000010101' + '8001');
const cardHead = fromHex(`04${PAN.padEnd(20, 'F')}12300000010101${'6001'}`);
const asked = {
  caKey: { modulus: scheme.modulus, exponent: EXPONENT },
  issuer: {
    certificate: sign(scheme, concatBytes(issuerHead, issuer.modulus), EXPONENT),
    exponent: EXPONENT,
  },
  card: {
    certificate: sign(
      issuer,
      concatBytes(cardHead, card.modulus.slice(0, 86)),
      concatBytes(card.modulus.slice(86), EXPONENT, staticData),
    ),
    remainder: card.modulus.slice(86),
    exponent: EXPONENT,
  },
  pan: PAN,
  today: '2611',
  staticData,
};
const transactionData = fromHex('9F02060000000012509F2701809F360200');
const dynamic = concatBytes(fromHex('021234'), Uint8Array.of(0x80), new Uint8Array(8).fill(7));
const combined = concatBytes(dynamic, sha1(transactionData));
const SIGNED = {
  sda: { signedData: sign(issuer, fromHex('0301DAC0'), staticData) },
  dda: { signedData: sign(card, fromHex('050103021234'), un), terminalData: un },
  cda: {
    signedData: sign(card, concatBytes(Uint8Array.of(5, 1, combined.length), combined), un),
    terminalData: un,
    cryptogramInformation: 0x80,
    transactionData,
  },
};

describe.each(MODES)('a %s device', (mode) => {
  const { ask } = keyBench(mode);
  const invalid = { ok: false, code: 'SIGNATURE_INVALID' };
  const missing = { ok: false, code: 'INPUT_INVALID' };

  it.each(['sda', 'dda', 'cda'] as const)('%s', (method) => {
    const verify = (change: object) =>
      ask('production', 'VerifyCardAuthentication', {
        ...asked,
        method,
        ...SIGNED[method],
        ...change,
      });
    expect(verify({})).toEqual({ ok: true, value: {} });
    const { signedData } = SIGNED[method];
    for (const at of [0, 40, signedData.length - 1]) {
      const flipped = signedData.slice();
      flipped[at]! ^= 1;
      expect(verify({ signedData: flipped })).toEqual(invalid);
    }
    expect(verify({ staticData: fromHex('5A00') })).toEqual(invalid);
    expect(verify({ today: '3101' })).toEqual(invalid);
    expect(verify({ pan: '5100000000000017' })).toEqual(invalid);
    expect(verify({ signedData: new Uint8Array(63) })).toEqual(missing);
    expect(verify({ caKey: { modulus: card.modulus, exponent: EXPONENT } })).toEqual(invalid);
    if (method === 'sda') return;
    expect(verify({ terminalData: fromHex('00') })).toEqual(invalid);
    expect(verify({ terminalData: undefined })).toEqual(missing);
    expect(verify({ card: undefined })).toEqual(missing);
    if (method === 'dda') return;
    expect(verify({ transactionData: fromHex('00') })).toEqual(invalid);
    expect(verify({ cryptogramInformation: 0x40 })).toEqual(invalid);
    expect(verify({ cryptogramInformation: undefined })).toEqual(missing);
  });
});
