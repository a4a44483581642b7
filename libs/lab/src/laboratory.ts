/**
 * The place where attacks are run: a seeded demo device, the honest people who set it up, and the
 * secrets, which serve only to check what an attack obtained. An attack gets tokens, records, PIN
 * blocks and, where its story says so, one custodian's envelope; it never gets a secret.
 */
import type { KeyObject } from 'node:crypto';
import {
  AesKey,
  DesKey,
  decryptEcb,
  encryptEcb,
  fromHex,
  type RandomBytes,
  toHex,
} from '@pinfold/crypto';
import {
  type Algorithm,
  type AnyCommand,
  bytes,
  type CommandName,
  DEFAULT_PIN_LIMITS,
  Device,
  type Envelope,
  type Input,
  type KeyType,
  keyCommand,
  type Mode,
  type Output,
  type Role,
  token,
} from '@pinfold/hsm';
import { type HsmClient, inProcessClient } from '@pinfold/hsm-client';
import { encryptPinBlock, naturalPin, type PinBlockFormat } from '@pinfold/pin';
import { subtractDigits } from './decimalisation-questions.js';
import { seededPair } from './rsa/pairs.js';
import { numberOf, publicNumbers } from './rsa/public-key.js';
import { seededRandom } from './seeded-random.js';

export const DECIMALISATION_TABLE = '0123456789012345';
const SEED = 'laboratory';
/** How the demo bank's card numbers begin. */
const BANK = '510000';
/** The device's clock stands still: limits do not refill while an attack runs. */
const NOW = Date.UTC(2026, 0, 1);

/** Failures that the device takes in all: fewer than a bank's, so that an attack comes to the limit. */
export const LAB_DEVICE_FAILURES = 2_000;

/** A customer's own command that does what no command should. */
export const GIVE_KEY = keyCommand({
  name: 'GiveKey',
  group: 'keys',
  title: 'gives a PIN derivation key in clear',
  source: "the attacker's own",
  roles: ['production'],
  input: { key: token('PGK', { types: ['P'] }) },
  output: { key: bytes('key in clear', { min: 8, max: 32 }) },
  errors: ['TOKEN_INVALID'],
  rules: ['M17.no-plug-ins'],
  run(t, { key }) {
    return { key: t.reveal(t.open(key, { types: ['P'], part: 'key' }).key) };
  },
});

export interface LaboratoryOptions {
  readonly mode: Mode;
  /** Rules switched off. */
  readonly without?: readonly string[];
  readonly seed?: string;
}

/** A customer as the database shows one: everything but the PIN. */
export interface Customer {
  readonly pan: string;
  readonly record: string;
  /** From the record where it is readable; otherwise the laboratory gives it away. */
  readonly offset: string;
}

export interface Ceremony {
  readonly id: string;
  readonly type: KeyType;
  readonly shares: readonly string[];
  /** In the order of the shares; the first belongs to custodian-1. */
  readonly envelopes: readonly Envelope[];
}

export class Laboratory {
  readonly device: Device;
  readonly mode: Mode;
  readonly without: readonly string[];
  readonly random: (length: number) => Uint8Array;
  readonly #secrets = new Map<string, Uint8Array>();
  readonly #pairs: KeyObject[] = [];
  readonly #pairBytes: RandomBytes;
  #envelopes: Envelope[] = [];

  constructor({ mode, without = [], seed = SEED }: LaboratoryOptions) {
    this.mode = mode;
    this.without = without;
    this.random = seededRandom(`${seed}/laboratory`);
    this.#pairBytes = seededRandom(`${seed}/rsa`);
    this.device = Device.create({
      mode,
      policy: { without },
      random: seededRandom(`${seed}/device`),
      clock: { now: () => NOW },
      demo: true,
      limits: {
        ...DEFAULT_PIN_LIMITS,
        device: { ...DEFAULT_PIN_LIMITS.device, capacity: LAB_DEVICE_FAILURES },
      },
      plugIns: [GIVE_KEY as unknown as AnyCommand],
      envelopes: (envelope) => this.#envelopes.push(envelope),
      laboratory: {
        keyMade: ({ token, key }) => this.#secrets.set(token, key),
        newPair: (bits) => this.#newPair(bits),
      },
    });
  }

  /** The shortest RSA key that the device makes. */
  get rsaBits(): '1024' | '2048' {
    return this.device.policy.on['M16.long-modulus'] ? '2048' : '1024';
  }

  client(role: Role, name: string = role): HsmClient {
    return inProcessClient(this.device, this.device.session({ name, role }));
  }

  /** What honest people do before an attack begins; it must succeed. */
  honest<N extends CommandName>(role: Role, command: N, input: Input<N>): Output<N> {
    const session = this.device.session({ name: role, role });
    const outcome = this.device.execute(session, command, input);
    if (!outcome.ok) throw new Error(`setting up: ${command} was refused: ${outcome.code}`);
    return outcome.value;
  }

  /** The key inside a token: to check what an attack obtained, or as a terminal that holds it. */
  exposeKey(token: string): Uint8Array {
    const key = this.#secrets.get(token);
    if (key === undefined) throw new Error('a key that the laboratory did not see being made');
    return key;
  }

  /** Shares of a new key, its ceremony still open. */
  ceremony(type: KeyType, wanted: { usage?: string; algorithm?: Algorithm } = {}): Ceremony {
    this.#envelopes = [];
    const { shares, ceremony: id } = this.honest('keyManager', 'GenerateKeyShares', {
      type,
      shares: 2,
      ...wanted,
    });
    return { type, shares, envelopes: this.#envelopes, id };
  }

  /** The last envelopes that the device sealed: for custodians of the attacker's. */
  lastEnvelopes(count: number): readonly Envelope[] {
    return this.#envelopes.slice(-count);
  }

  /** A person at the device's own door. */
  login(name: string, passphrase: string): HsmClient {
    const session = this.device.login(name, passphrase);
    if (!session.ok) throw new Error(`setting up: ${name} was not let in`);
    return inProcessClient(this.device, session.value);
  }

  #newPair(bits: number): KeyObject {
    const pair = seededPair(bits, this.#pairBytes);
    this.#pairs.push(pair);
    return pair;
  }

  /** A prime of the RSA key that has that public key. */
  exposePrime(spkiHex: string): bigint {
    const { n } = publicNumbers(spkiHex);
    for (const pair of this.#pairs) {
      const prime = numberOf(Buffer.from(pair.export({ format: 'jwk' }).p!, 'base64url'));
      if (n % prime === 0n) return prime;
    }
    throw new Error('an RSA key that the laboratory did not see being made');
  }

  /** A key from a ceremony. */
  key(type: KeyType, wanted: { usage?: string; algorithm?: Algorithm } = {}): string {
    const { shares } = this.ceremony(type, wanted);
    const { usage } = wanted;
    return this.honest('custodian', 'CombineKeyShares', { type, usage, shares: [...shares] }).key;
  }

  /** New master keys beside the old, by three custodians and two officers. */
  changeMasterKeys(): void {
    for (const name of ['first', 'second', 'third']) {
      const session = this.device.session({ name, role: 'custodian' });
      sound(this.device.execute(session, 'ContributeMasterKeyComponent', {}));
    }
    const officers = ['one', 'two'].map((name) => ({ name, role: 'officer' as const }));
    sound(this.device.execute(this.device.session(officers), 'CompleteMasterKeys', {}));
  }

  pinKey(): string {
    return this.honest('production', 'GenerateWorkingKey', { usage: 'ZPK', algorithm: 'T' }).key;
  }

  /** Registered by one person, activated by another. */
  table(): string {
    const { tableId } = this.honest('keyManager', 'RegisterDecimalisationTable', {
      table: DECIMALISATION_TABLE,
    });
    this.honest('officer', 'ActivateDecimalisationTable', { tableId });
    return tableId;
  }

  /** The nth customer (1-based) of a bank whose PINs follow IBM 3624. */
  customer(n: number, keys: { pvk: string; tableId: string }, prefix = BANK): Customer {
    const pan = panOf(n, prefix);
    const { record } = this.honest('production', 'IssueDemoPin', {
      pan,
      seed: SEED,
      method: 'ibm3624',
      ...keys,
    });
    return { pan, record, offset: offsetIn(record) ?? this.#exposeOffset(pan, keys.pvk) };
  }

  /** Where records hide it: offsets were on the magnetic stripe, too, and are no secret by themselves. */
  #exposeOffset(pan: string, pvk: string): string {
    const pin = this.exposePin(pan);
    const natural = naturalPin({
      pvk: DesKey.of(this.exposeKey(pvk)),
      decimalisationTable: DECIMALISATION_TABLE,
      validationData: validationDataOf(pan),
      length: pin.length,
    });
    return subtractDigits(pin, natural);
  }

  exposePin(pan: string): string {
    return this.honest('production', 'ShowDemoPin', { pan, seed: SEED }).pin;
  }

  /** A PIN typed at a keypad that holds the key: what comes out is the encrypted PIN block. */
  typed(o: { pin: string; pan: string; key: string; format?: PinBlockFormat }): Uint8Array {
    const { pin, pan, format = 'iso0' } = o;
    const key = DesKey.of(this.exposeKey(o.key));
    return encryptPinBlock({ format, key, pin, pan, random: this.random });
  }

  /** Validation data that enciphers to those digits: for measuring over every natural PIN. */
  validationDataFor(pvk: string, natural: string): string {
    const wanted = fromHex(natural.padEnd(16, '0'));
    return toHex(decryptEcb(DesKey.of(this.exposeKey(pvk)), wanted));
  }
}

function sound({ ok }: { readonly ok: boolean }): void {
  if (!ok) throw new Error('setting up: new master keys were refused');
}

/** The offset of a record whose value can be read: version, method, PVKI, length, value. */
export function offsetIn(record: string): string | undefined {
  const value = record.split('.')[4]!;
  return /^\d{4,12}$/.test(value) ? value : undefined;
}

/** A card number of sixteen digits with its check digit. */
export function panOf(n: number, prefix = BANK): string {
  const body = `${prefix}${String(n).padStart(15 - prefix.length, '0')}`;
  let sum = 0;
  for (let i = 0; i < body.length; i++) {
    const digit = Number(body[body.length - 1 - i]);
    const weighted = i % 2 === 0 ? digit * 2 : digit;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return `${body}${(10 - (sum % 10)) % 10}`;
}

export function validationDataOf(pan: string): string {
  return pan.slice(-16);
}

/** One ECB pass with a key that the attacker knows. */
export function withKnownKey(
  direction: 'encrypt' | 'decrypt',
  key: Uint8Array,
  data: Uint8Array,
  aes = key.length === 32,
): Uint8Array {
  const cipher = aes ? AesKey.of(key) : DesKey.of(key);
  return direction === 'encrypt' ? encryptEcb(cipher, data) : decryptEcb(cipher, data);
}
