import { constants, createHash, createPublicKey, publicEncrypt } from 'node:crypto';
import { toHex } from '@pinfold/crypto';
import { readRsaPublicKey } from '@pinfold/hsm';
import type { HostDevice } from '../../device/host-device.js';
import { ask, hexOf, testDevice, tokenOf, wire } from '../../testing.js';

/**
 * The examples of EQ and EU in the HSM 8000 host command reference, under the test LMKs: a key of 512
 * bits, its integers unsigned, and its MACs with and without authentication data (AUTHEN-DATA).
 */
const PUBLISHED_KEY =
  '30470240AE213EBDFE272616058114CA5D6E8DDD2F976EF0C6D6F6ADE0204E916CE0B5C704A1A9F1F631F578D7B87D1981951BB99A572400AC43BB3AF8C2A4068A0052250203010001';
const PUBLISHED_MAC = '9C350891';
const PUBLISHED_MAC_ALONE = '530548CE';
const AUTHEN_DATA = wire('41555448454E2D44415441');

describe('public keys', () => {
  const of = testDevice();
  const der = wire(PUBLISHED_KEY);

  it('have the MACs of published examples', () => {
    const mac = wire(PUBLISHED_MAC);
    expect(ask(of, `EQ${mac}${der}${AUTHEN_DATA}`)).toBe('ER00');
    expect(ask(of, `EQ${wire(PUBLISHED_MAC_ALONE)}${der}`)).toBe('ER00');
    expect(hexOf(ask(of, `EO01${der}${AUTHEN_DATA}`))).toBe(
      `45503030${PUBLISHED_MAC}${PUBLISHED_KEY}`,
    );
    expect(hexOf(ask(of, `EO01${der}`).slice(4, 8))).toBe(PUBLISHED_MAC_ALONE);
  });

  it('are refused with another MAC, other data, another encoding', () => {
    expect(ask(of, `EQ${wire(PUBLISHED_MAC)}${der}`)).toBe('ER01');
    expect(ask(of, `EQ${wire('9C350890')}${der}${AUTHEN_DATA}`)).toBe('ER01');
    expect(ask(of, `EO02${der}`)).toBe('EP04');
    expect(ask(of, `EO03${der}`)).toBe('EP03');
    expect(ask(of, `EO01${der.slice(0, -1)}`)).toBe('EP15');
    expect(ask(testDevice({ mode: 'hardened' }), `EO01${der}`)).toBe('EP17');
  });

  it('take a trailer and an LMK after the authentication data', () => {
    const made = ask(of, `EO01${der}${AUTHEN_DATA}%00\x19tail`);
    expect(hexOf(made.slice(4, 8))).toBe(PUBLISHED_MAC);
    expect(made.endsWith('\x19tail')).toBe(true);
    expect(ask(of, `EQ${mac()}${der}${AUTHEN_DATA}~%00\x19tail`)).toBe('ER00\x19tail');
  });

  const mac = (): string => wire(PUBLISHED_MAC);

  it('are key blocks under a key-block LMK', () => {
    const made = ask(of, `EO01${der}~%01#V00N00`);
    expect(made).toMatch(/^EP00S1\d{4}02RV00N0001/);
    const block = made.slice(4);
    expect(ask(of, `EQ${block}%01`)).toBe('ER00');
    expect(ask(of, `EO01${der}%01`)).toMatch(/^EP00S1\d{4}02RN00N0001/);
    const altered = `${block.slice(0, -1)}${block.endsWith('0') ? '1' : '0'}`;
    expect(ask(of, `EQ${altered}%01`)).toBe('ERA4');
    expect(ask(of, `EQ${block}`)).toBe('ERA1');
    expect(ask(of, `EQ${mac()}${der}%01`)).toBe('ERA1');
    expect(ask(of, `EQ${block}%02`)).toBe('ER83');
    expect(ask(of, `EO01${der}${AUTHEN_DATA}%01`)).toBe('EP15');
  });

  it.each([
    ['#X00N00', 'A8'],
    ['#V0!N00', 'A9'],
    ['#V00X00', 'AA'],
    ['#V00N01', 'AB'],
    ['&N', '15'],
  ])('are refused with %s as their header: %s', (tail, code) => {
    expect(ask(of, `EO01${der}~%01${tail}`)).toBe(`EP${code}`);
  });

  it('have no form but those', () => {
    expect(ask(of, `EQ${mac()}`)).toBe('ER15');
    expect(ask(of, `EQ${mac()}nothing`)).toBe('ER15');
    expect(ask(of, `EQ${mac()}${der.slice(0, -1)}`)).toBe('ER15');
    expect(ask(of, 'EQS10020')).toBe('ER15');
  });
});

interface Pair {
  readonly publicKey: string;
  /** Length field and token, as they stand in commands. */
  readonly privateKey: string;
}

/** A pair made by EI: parts of its reply. */
function pairOf(of: HostDevice, type: '0' | '1' | '2', tail = ''): Pair {
  const reply = ask(of, `EI${type}102402${tail}`).slice(4);
  // 30 81 and one byte of length: what a modulus of 1024 bits takes.
  const size = 3 + reply.charCodeAt(2);
  return { publicKey: reply.slice(0, size), privateKey: reply.slice(size) };
}

const numberOf = (bytes: Uint8Array): bigint => BigInt(`0x${toHex(bytes)}`);

/** base ** exponent % modulus. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n;
  let square = base % modulus;
  for (let rest = exponent; rest > 0n; rest >>= 1n) {
    if (rest & 1n) result = (result * square) % modulus;
    square = (square * square) % modulus;
  }
  return result;
}

const SHA256_INFO = '3031300D060960864801650304020105000420';

describe.each(['', '%01'])('key pairs under the LMK of "%s"', (lmk) => {
  const of = testDevice();
  const pair = pairOf(of, '2', lmk);
  const message = 'to be signed';
  const flagged = `99${pair.privateKey}`;

  it('sign as PKCS#1 v1.5 says: checked with big integers', () => {
    const reply = ask(of, `EW0601010012${message};${flagged}${lmk}`);
    expect(reply.slice(0, 8)).toBe('EX000128');
    const signature = Buffer.from(reply.slice(8), 'latin1');
    const key = readRsaPublicKey(Buffer.from(pair.publicKey, 'latin1'), 'signed')!;
    const opened = power(numberOf(signature), numberOf(key.exponent), numberOf(key.modulus));
    const digest = createHash('sha256').update(message).digest('hex').toUpperCase();
    const info = SHA256_INFO + digest;
    const filled = `0001${'FF'.repeat(128 - 3 - info.length / 2)}00${info}`;
    expect(opened.toString(16).toUpperCase().padStart(256, '0')).toBe(filled);
  });

  it('verify what they signed and nothing else', () => {
    const signature = ask(of, `EW0601010012${message};${flagged}${lmk}`).slice(4);
    const kept = ask(of, `EO02${pair.publicKey}${lmk}`).slice(4);
    const verify = (text: string, by = kept) => ask(of, `EY060101${signature};${text};${by}${lmk}`);
    expect(verify(`0012${message}`)).toBe('EZ00');
    expect(verify('0012to be sold!!')).toBe('EZ02');
    if (lmk !== '') {
      expect(
        verify(`0012${message}`, ask(of, `EO02${pair.publicKey}~#E00N00${lmk}`).slice(4)),
      ).toBe('EZA8');
      return;
    }
    const old = `${kept.slice(0, 4)};${pair.publicKey}`;
    expect(verify(`0012${message}`, old)).toBe('EZ00');
    const named = ask(of, `EO02${pair.publicKey}name`).slice(4, 8);
    expect(verify(`0012${message}`, `${named}${pair.publicKey}name`)).toBe('EZ00');
    expect(verify(`0012${message}`, `${named}name;${pair.publicKey}`)).toBe('EZ00');
    expect(verify(`0012${message}`, `${named}${pair.publicKey}`)).toBe('EZ01');
    expect(verify(`0012${message}`, `\0\0\0\0${pair.publicKey}`)).toBe('EZ01');
  });

  it('take keys from under their public half, and put them there', () => {
    const value = '0123456789ABCDEFFEDCBA9876543210';
    const key = createPublicKey({
      key: Buffer.from(pair.publicKey, 'latin1'),
      format: 'der',
      type: 'pkcs1',
    });
    const oaep = { key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' };
    const sealed = publicEncrypt(oaep, Buffer.from(value, 'hex')).toString('latin1');
    const block = lmk === '%01';
    const [type, tail] = block ? ['FFFF', `${lmk}#72N00S00`] : ['0600', ''];
    const reply = ask(of, `GI0102010600;${type}0128${sealed};${flagged}${tail}`);
    expect(reply.slice(0, 4)).toBe('GJ00');
    const [token, check] = [reply.slice(4, -16), reply.slice(-16)];
    // The check value is published with this key in many places.
    expect(check.slice(0, 6)).toBe('08D7B4');
    if (!block) expect(token).toBe(tokenOf(of, 'zpk', value, 'X'));
    const kept = ask(of, `EO02${pair.publicKey}${lmk}`).slice(4);
    const out = ask(of, `GK0102010600;${type}${block ? 'F' : '1'}${token}${check}${kept}${lmk}`);
    expect(out.slice(0, 8)).toBe('GL000128');
    const back = ask(of, `GI0102010600;${type}0128${out.slice(8)};${flagged}${tail}`);
    expect(back.slice(-16)).toBe(check);
    const wrong = ask(
      of,
      `GK0102010600;${type}${block ? 'F' : '1'}${token}${'1'.repeat(16)}${kept}${lmk}`,
    );
    expect(wrong).toBe('GL84');
  });
});

describe('private keys', () => {
  const of = testDevice();
  const signing = pairOf(of, '0');
  const message = `EW060101${'0001'}a;99`;

  it('are bound to their use, and whole', () => {
    expect(ask(of, `${message}${pairOf(of, '1').privateKey}`)).toBe('EX29');
    expect(ask(of, `${message}${signing.privateKey}`).slice(0, 4)).toBe('EX00');
    const at = signing.privateKey.length - 20;
    const flipped = String.fromCharCode(signing.privateKey.charCodeAt(at) ^ 1);
    const altered = signing.privateKey.slice(0, at) + flipped + signing.privateKey.slice(at + 1);
    expect(ask(of, `${message}${altered}`)).toBe('EX49');
    expect(ask(of, message.replace(';99', ';00'))).toBe('EX03');
    const block = pairOf(of, '1', '%01#0000&E');
    expect(block.privateKey).toMatch(/^FFFFS1\d{4}03RD00E0001/);
    expect(ask(of, `${message}${block.privateKey}%01`)).toBe('EXA8');
  });

  it('have lengths and exponents within limits', () => {
    expect(ask(of, 'EI0051202').slice(0, 4)).toBe('EJ00');
    expect(ask(of, 'EI0044802')).toBe('EJ04');
    expect(ask(of, 'EI0052002').slice(0, 4)).toBe('EJ00');
    expect(ask(of, 'EI0051902')).toBe('EJ04');
    expect(ask(of, 'EI3102402')).toBe('EJ05');
    expect(ask(of, 'EI0051204')).toBe('EJ03');
    expect(ask(of, `EI005120100080000${''}`.replace('0000', '\x04'))).toBe('EJ08');
    const three = ask(of, `EI0051202${'0008'}\x03%00`);
    expect(hexOf(three.slice(4)).slice(0, 148)).toMatch(/020103$|020103/);
  });
});
