import {
  constants,
  createHash,
  generateKeyPairSync,
  type KeyObject,
  privateEncrypt,
} from 'node:crypto';
import { concatBytes, fromHex } from '@pinfold/crypto';
import {
  iccPublicKey,
  issuerPublicKey,
  verifyCombinedData,
  verifyDynamicData,
  verifyStaticData,
} from './data-authentication.js';
import type { EmvPublicKey } from './recovery.js';

/* A test hierarchy made here: scheme 1152 bits, issuer 1024, card 768, so that remainders occur. */
interface Pair {
  readonly secret: KeyObject;
  readonly open: EmvPublicKey;
}

function pair(bits: number): Pair {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', {
    modulusLength: bits,
    publicExponent: 3,
  });
  const { n, e } = publicKey.export({ format: 'jwk' });
  return {
    secret: privateKey,
    open: { modulus: Buffer.from(n!, 'base64url'), exponent: Buffer.from(e!, 'base64url') },
  };
}

const sha1 = (...parts: Uint8Array[]): Uint8Array =>
  createHash('sha1')
    .update(concatBytes(...parts))
    .digest();

/** Annex A2.1: 6A, data filled with BB, hash over data and further data, BC. */
function sign(key: Pair, data: Uint8Array, further: Uint8Array): Uint8Array {
  const room = key.open.modulus.length - 22;
  const filled = concatBytes(data, new Uint8Array(room - data.length).fill(0xbb));
  const block = concatBytes(
    Uint8Array.of(0x6a),
    filled,
    sha1(filled, further),
    Uint8Array.of(0xbc),
  );
  return privateEncrypt({ key: key.secret, padding: constants.RSA_NO_PADDING }, block);
}

const scheme = pair(1152);
const issuer = pair(1024);
const card = pair(768);
const pan = '4000000000000010';
const staticData = fromHex('5A084000000000000010');

const split = (key: EmvPublicKey, room: number) => ({
  inside: key.modulus.slice(0, room),
  remainder: key.modulus.slice(room),
});

function issuerInput() {
  const { inside, remainder } = split(issuer.open, scheme.open.modulus.length - 36);
  const head = fromHex(
    `0240000000${'1230'}0000010101${'8001'}`.replace('0240000000', '02400000FF'),
  );
  const data = concatBytes(head, inside);
  const { exponent } = issuer.open;
  return {
    certificate: sign(scheme, data, concatBytes(remainder, exponent)),
    remainder,
    exponent,
    pan,
    today: '2611',
  };
}

function iccInput() {
  const { inside, remainder } = split(card.open, issuer.open.modulus.length - 42);
  const head = fromHex(`04${pan.padEnd(20, 'F')}12300000010101${'6001'}`);
  const { exponent } = card.open;
  return {
    certificate: sign(
      issuer,
      concatBytes(head, inside),
      concatBytes(remainder, exponent, staticData),
    ),
    remainder,
    exponent,
    pan,
    today: '2611',
    staticData,
  };
}

describe('the chain of certificates', () => {
  it('gives the issuer key and the ICC key', () => {
    const fromScheme = issuerPublicKey(scheme.open, issuerInput());
    expect(fromScheme.ok && Buffer.from(fromScheme.value.modulus)).toEqual(
      Buffer.from(issuer.open.modulus),
    );
    const fromIssuer = iccPublicKey(issuer.open, iccInput());
    expect(fromIssuer.ok && Buffer.from(fromIssuer.value.modulus)).toEqual(
      Buffer.from(card.open.modulus),
    );
  });

  it.each([
    ['another account', { pan: '5100000000000010' }],
    ['expired', { today: '3101' }],
    ['another exponent', { exponent: Uint8Array.of(1, 0, 1) }],
    ['a truncated certificate', { certificate: new Uint8Array(10) }],
    ['no remainder', { remainder: undefined }],
  ])('refuses %s', (_, change) => {
    const refusal = { ok: false, code: 'EMV_DATA_AUTHENTICATION_FAILED' };
    expect(issuerPublicKey(scheme.open, { ...issuerInput(), ...change })).toMatchObject(refusal);
    expect(iccPublicKey(issuer.open, { ...iccInput(), ...change })).toMatchObject(refusal);
  });

  it('refuses every flipped bit in a byte of the certificate', () => {
    const input = issuerInput();
    for (let i = 0; i < input.certificate.length; i += 7) {
      const certificate = input.certificate.slice();
      certificate[i]! ^= 1 << (i % 8);
      expect(issuerPublicKey(scheme.open, { ...input, certificate }).ok).toBe(false);
    }
  });
});

describe('signatures', () => {
  const terminalData = fromHex('ABCDEF12');

  it('SDA: gives the data authentication code, and refuses other static data', () => {
    const signedData = sign(issuer, fromHex('0301DAC1'), staticData);
    const good = verifyStaticData(issuer.open, { signedData, staticData });
    expect(good.ok && Buffer.from(good.value.dataAuthenticationCode).toString('hex')).toBe('dac1');
    expect(verifyStaticData(issuer.open, { signedData, staticData: terminalData }).ok).toBe(false);
  });

  it('DDA: gives the dynamic number, and refuses another challenge', () => {
    const signedData = sign(card, fromHex('0501050411223344'), terminalData);
    const good = verifyDynamicData(card.open, { signedData, terminalData });
    expect(good.ok && Buffer.from(good.value.dynamicNumber).toString('hex')).toBe('11223344');
    expect(verifyDynamicData(card.open, { signedData, terminalData: staticData }).ok).toBe(false);
  });

  it.each([
    ['a dynamic number of one byte', '05010201FF'],
    ['a dynamic number longer than the data', '0501020811'],
    ['dynamic data longer than the block', '0501FF0411223344'],
    ['another format', '0601050411223344'],
    ['another hash algorithm', '0502050411223344'],
  ])('DDA: refuses %s', (_, data) => {
    const signedData = sign(card, fromHex(data), terminalData);
    expect(verifyDynamicData(card.open, { signedData, terminalData }).ok).toBe(false);
  });

  it('CDA: gives the cryptogram, and refuses other transaction data or another decision', () => {
    const transactionData = fromHex('0102030405');
    const cryptogram = fromHex('19C1FBC83EBDC0D5');
    const dynamic = concatBytes(
      fromHex('0411223344'),
      Uint8Array.of(0x80),
      cryptogram,
      sha1(transactionData),
    );
    const signedData = sign(
      card,
      concatBytes(Uint8Array.of(0x05, 0x01, dynamic.length), dynamic),
      terminalData,
    );
    const input = {
      signedData,
      unpredictableNumber: terminalData,
      cryptogramInformation: 0x80,
      transactionData,
    };
    const good = verifyCombinedData(card.open, input);
    expect(good.ok && Buffer.from(good.value.cryptogram)).toEqual(Buffer.from(cryptogram));
    for (const change of [
      { transactionData: fromHex('0102030406') },
      { cryptogramInformation: 0x40 },
      { unpredictableNumber: staticData },
    ]) {
      expect(verifyCombinedData(card.open, { ...input, ...change }).ok).toBe(false);
    }
    const short = sign(card, fromHex('0501050411223344'), terminalData);
    expect(verifyCombinedData(card.open, { ...input, signedData: short }).ok).toBe(false);
  });

  it('refuses keys that no scheme uses', () => {
    const tiny = { modulus: new Uint8Array(32), exponent: Uint8Array.of(3) };
    const signedData = new Uint8Array(32);
    expect(verifyDynamicData(tiny, { signedData, terminalData }).ok).toBe(false);
    const even = { modulus: new Uint8Array(96), exponent: Uint8Array.of(3) };
    expect(verifyDynamicData(even, { signedData: new Uint8Array(96), terminalData }).ok).toBe(
      false,
    );
  });
});

describe('one fault in a certificate that is properly signed', () => {
  /** The issuer certificate with a change to its head (14 bytes) or its key digits. */
  const issuerWith = (change: { at?: number; to?: number; cut?: number; pad?: number }) => {
    const { inside, remainder } = split(issuer.open, scheme.open.modulus.length - 36);
    const head = fromHex('02400000FF1230000001010180'.padEnd(28, '0'));
    head.set([0x01, 0x01, 0x80, 0x01], 10);
    if (change.at !== undefined) head[change.at] = change.to!;
    const digits = inside.slice(0, inside.length - (change.cut ?? 0));
    const data = concatBytes(
      head,
      digits,
      new Uint8Array(change.cut ?? 0).fill(change.pad ?? 0xbb),
    );
    const { exponent } = issuer.open;
    const certificate = sign(scheme, data, concatBytes(remainder, exponent));
    const input = { certificate, remainder, exponent, pan, today: '2611' };
    return issuerPublicKey(scheme.open, input);
  };

  it('is accepted without the fault', () => expect(issuerWith({}).ok).toBe(true));

  it.each([
    ['format', { at: 0, to: 4 }],
    ['issuer identifier', { at: 1, to: 0x50 }],
    ['hash algorithm', { at: 10, to: 2 }],
    ['key algorithm', { at: 11, to: 2 }],
    ['length of the modulus', { at: 12, to: 0x7f }],
    ['length of the exponent', { at: 13, to: 3 }],
  ])('%s', (_, change) =>
    expect(issuerWith(change)).toMatchObject({ code: 'EMV_DATA_AUTHENTICATION_FAILED' }),
  );

  it('a short key is padded with BB and nothing else, and needs no remainder', () => {
    const small = pair(768);
    const certificateOf = (pad: number) => {
      const head = fromHex(`02400000FF12300000010101${'6001'}`);
      const fill = new Uint8Array(scheme.open.modulus.length - 36 - 96).fill(pad);
      const data = concatBytes(head, small.open.modulus, fill);
      const { exponent } = small.open;
      const input = { certificate: sign(scheme, data, exponent), exponent, pan, today: '2611' };
      return issuerPublicKey(scheme.open, input);
    };
    const read = certificateOf(0xbb);
    expect(read.ok && Buffer.from(read.value.modulus)).toEqual(Buffer.from(small.open.modulus));
    expect(certificateOf(0xba)).toMatchObject({ detail: 'pad' });
  });

  it.each([
    ['format', '01'],
    ['hash algorithm', '0402'],
  ])('ICC certificate: %s', (_, start) => {
    const { inside, remainder } = split(card.open, issuer.open.modulus.length - 42);
    const head = fromHex(`04${pan.padEnd(20, 'F')}12300000010101${'6001'}`);
    if (start === '01') head[0] = 1;
    else head[16] = 2;
    const { exponent } = card.open;
    const further = concatBytes(remainder, exponent, staticData);
    const certificate = sign(issuer, concatBytes(head, inside), further);
    const input = { ...iccInput(), certificate };
    expect(iccPublicKey(issuer.open, input).ok).toBe(false);
  });

  it('an ICC certificate of another account, expired, or without remainder', () => {
    const input = iccInput();
    expect(iccPublicKey(issuer.open, { ...input, pan: '4000000000000028' }).ok).toBe(false);
    expect(iccPublicKey(issuer.open, { ...input, today: '3101' })).toMatchObject({
      detail: 'ICC certificate expired',
    });
    const { remainder: _, ...bare } = input;
    expect(iccPublicKey(issuer.open, bare).ok).toBe(false);
  });
});

describe('one fault in a signature that is properly signed', () => {
  const un = fromHex('01020304');
  const dynamic = (hex: string) =>
    verifyDynamicData(card.open, {
      signedData: sign(card, fromHex(hex), un),
      terminalData: un,
    });
  const combined = (hex: string) =>
    verifyCombinedData(card.open, {
      signedData: sign(card, fromHex(hex), un),
      unpredictableNumber: un,
      cryptogramInformation: 0x40,
      transactionData: un,
    });

  it('SDA: another format, another hash', () => {
    for (const hex of ['0501DAC0', '0302DAC0']) {
      const signedData = sign(issuer, fromHex(hex), staticData);
      expect(verifyStaticData(issuer.open, { signedData, staticData }).ok).toBe(false);
    }
  });

  it.each([
    ['another format', '030103021234'],
    ['another hash', '050203021234'],
    ['dynamic data longer than the signature', '0501FF021234'],
    ['no dynamic data', '0501000'.padEnd(8, '0')],
    ['a dynamic number of one byte', '0501020112'],
    ['a dynamic number of nine bytes', '05010A09112233445566778899'],
    ['a dynamic number longer than its data', '050103041234'],
  ])('DDA: %s', (_, hex) => {
    expect(dynamic(hex)).toMatchObject({ code: 'EMV_DATA_AUTHENTICATION_FAILED' });
    expect(combined(hex).ok).toBe(false);
  });

  it('is accepted without the fault', () => expect(dynamic('050103021234').ok).toBe(true));

  it('CDA: too short for cryptogram and hash, or another decision', () => {
    expect(combined('050103021234')).toMatchObject({ detail: 'cryptogram information data' });
    const body = `02123480${'00'.repeat(28)}`;
    expect(combined(`050120${body}`)).toMatchObject({ detail: 'cryptogram information data' });
  });
});
