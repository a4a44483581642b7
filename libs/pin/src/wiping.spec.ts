/** Keys and PINs on the way to a result are overwritten: best effort, but of every one. */
import { AesKey, DesKey, encryptEcb, fromHex, toHex } from '@pinfold/crypto';
import { wipedBy } from '../../crypto/src/testing.js';
import {
  aesInitialKey,
  aesKsn,
  aesTransactionKey,
  aesWorkingKey,
  cvv,
  DukptRegister,
  encodePinBlock,
  encryptPinBlock,
  keyOfCounter,
  naturalPin,
  pvv,
  sealStoredPin,
  tdesInitialKey,
  tdesSessionKey,
  tdesTransactionKey,
  verifyStoredPin,
} from './index.js';

const bytes = fromHex('0123456789ABCDEFFEDCBA9876543210');
const key = DesKey.of(bytes);
const pan = '4000001234562';
const isNoSchedule = (hex: string) => hex.length <= 32;
const zero = (array: Uint8Array) => array.every((byte) => byte === 0);
const masked = (hex: string) => toHex(fromHex(hex).map((byte, i) => byte ^ (i % 8 < 4 ? 0xc0 : 0)));

/** A scheme that remembers every key it was given and every key it gave. */
function remembering(counterBits: number, maxOnes: number) {
  const given: Uint8Array[] = [];
  const made: Uint8Array[] = [];
  const derive = (from: Uint8Array, counter: number) => {
    given.push(from);
    const next = Uint8Array.of(...from, counter);
    made.push(next);
    return next;
  };
  return { counterBits, maxOnes, derive, given, made };
}

describe('DUKPT', () => {
  it('leaves only the key asked for of the chain that leads to it', () => {
    const scheme = remembering(5, 5);
    const initial = Uint8Array.of(99);
    const result = keyOfCounter(scheme, initial, 0b10110);
    expect([...result]).toEqual([99, 16, 20, 22]);
    expect(scheme.given).toHaveLength(3);
    expect(scheme.given.every(zero)).toBe(true);
    expect(scheme.made.every(zero)).toBe(true);
    expect([...initial]).toEqual([99]);
  });

  it('erases every key of a register, and the register', () => {
    const scheme = remembering(4, 4);
    const register = new DukptRegister(scheme, Uint8Array.of(99));
    const first = register.next();
    const second = register.next();
    scheme.made.length = 0;
    const third = register.next();
    expect([first, second, third].every((step) => step.ok)).toBe(true);
    register.next(); // counter 4: derives the registers of bits 0 and 1 anew
    const held = scheme.made.filter((array) => !zero(array));
    expect(held.length).toBeGreaterThan(0);
    register.wipe();
    expect(held.every(zero)).toBe(true);
    expect(register.counter).toBeUndefined();
  });

  it('TDES: erases the initial key, the masked keys and each half-key with its block', () => {
    const ksn = fromHex('FFFF9876543210E00001');
    const bdk = toHex(bytes);
    const ik = toHex(tdesInitialKey({ bdk: bytes, ksn }));
    // The register under each half-key, XORed with the other half before.
    const block = (whole: string) => {
      const [left, right] = [fromHex(whole.slice(0, 16)), BigInt(`0x${whole.slice(16)}`)];
      const input = (0x9876543210e00001n ^ right).toString(16).padStart(16, '0');
      return toHex(encryptEcb(DesKey.of(left), fromHex(input)));
    };
    const derivation = [masked(ik), ik].flatMap((whole) => [whole.slice(0, 16), block(whole)]);
    const wiped = wipedBy(() => tdesTransactionKey({ bdk: bytes, ksn }));
    const transaction = '042666B49184CFA368DE9628D0397BC9';
    expect(wiped.filter(isNoSchedule).sort()).toEqual(
      [bdk, masked(bdk), masked(bdk), ...derivation, masked(ik), ik, ik, transaction].sort(),
    );
    const variant = '042666B4917BCFA368DE9628D0C67BC9';
    const data = wipedBy(() => tdesSessionKey(fromHex(transaction), 'dataRequest'));
    expect(data.filter(isNoSchedule)).toEqual([variant, variant]);
  });

  it('AES: erases the initial key, the schedule and the blocks that are cut', () => {
    const ikid = fromHex('1234567890123456');
    const ksn = aesKsn({ ikid, counter: 1 });
    const ik = aesInitialKey({ bdk: bytes, ikid });
    const padded = (hex: string) => hex.padEnd(64, '0');
    const wiped = wipedBy(() => aesTransactionKey({ bdk: bytes, ksn }));
    expect(wiped).toContain(toHex(ik));
    expect(wiped).toContain(toHex(bytes));
    expect(wiped).toContain(padded(toHex(ik)));
    const own = Uint8Array.from(ik);
    aesTransactionKey({ ik: own, ksn });
    expect(own).toEqual(ik);
    const working = { derivationKey: bytes, ksn, usage: 'pin', keyType: 'aes128' } as const;
    const made = toHex(aesWorkingKey(working));
    expect(wipedBy(() => aesWorkingKey(working))).toContain(padded(made));
  });
});

describe('PINs and values', () => {
  const validationData = '1122334455667788';
  const words = (hex: string) => toHex(encryptEcb(key, fromHex(hex)));

  it('erase the block from which natural PIN and PVV are taken', () => {
    const natural = () =>
      naturalPin({
        pvk: key,
        decimalisationTable: '0123456789012345',
        validationData,
        length: 4,
      });
    expect(wipedBy(natural)).toEqual([words(validationData)]);
    const value = () => pvv({ pvk: key, pvki: '1', pan: '1122334455667788', pin: '4524' });
    expect(wipedBy(value)).toEqual([words('3344556677814524')]);
  });

  it('erase the block from which a card value is taken', () => {
    const card = { cvk: key, pan: '2222222222222222', expiry: '3333', serviceCode: '111' };
    const value = cvv({ ...card, digits: 8 });
    const wiped = wipedBy(() => cvv(card));
    const decimal = (hex: string) => hex.replace(/[A-F]/g, '');
    expect(wiped.some((hex) => hex.length === 16 && decimal(hex).startsWith(value))).toBe(true);
  });

  it('erase the clear PIN block', () => {
    const clear = toHex(encodePinBlock({ format: 'iso0', pin: '1234', pan }));
    expect(wipedBy(() => encryptPinBlock({ format: 'iso0', pin: '1234', pan, key }))).toContain(
      clear,
    );
  });

  it('erase both sides of a comparison with a stored PIN', () => {
    const stored = sealStoredPin({
      key: AesKey.of(bytes),
      pin: '4321',
      pan,
      random: (n) => new Uint8Array(n),
    });
    const wiped = wipedBy(() =>
      verifyStoredPin({ key: AesKey.of(bytes), stored, pan, pin: '1234' }),
    );
    const padded = (pin: string) => toHex(new TextEncoder().encode(pin.padEnd(12, 'F')));
    expect(wiped.filter(isNoSchedule)).toEqual([padded('4321'), padded('1234')]);
  });
});
