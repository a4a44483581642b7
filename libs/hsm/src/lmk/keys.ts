/**
 * Keys in and out of tokens: under the LMK that a command names (schemes Z U T X Y and S), and under a
 * zone or terminal master key (the same, and R: X9.143 key blocks). Opened keys stay in a bounded cache
 * and are wiped when they leave it.
 */
import {
  checkValue,
  decryptEcb,
  encryptEcb,
  fromHex,
  hasEqualHalves,
  type RandomBytes,
  toHex,
} from '@pinfold/crypto';
import {
  LMK_SCHEMES,
  type LmkScheme,
  lmkKeyType,
  unwrapKeyBlock,
  unwrapLmkToken,
  wrapKeyBlock,
  wrapUnderLmk,
} from '@pinfold/keyblock';
import { KEY_ROLES, type KeyRole, type KeyRoleRow } from './key-roles.js';
import { KnownKeys } from './known-keys.js';
import type { Lmk } from './lmk.js';
import { type KeyAttributes, type LmkKey, OpenKey, openKeyOf } from './open-key.js';
import { openToken } from './open-token.js';
import { type ReplyCode, refuse } from './refusal.js';
import type { SettingName } from './settings.js';
import { bytesOfWire } from './wire-text.js';

/** What a command does with a key, as modes of use allow it. */
const NEEDS = {
  any: 'BCDEGNSTVXY',
  encrypt: 'BEN',
  decrypt: 'BDN',
  generate: 'CGN',
  verify: 'CVN',
  derive: 'XN',
} as const;
export type KeyNeed = keyof typeof NEEDS;

const CACHED_KEYS = 4_096;
const SCHEME_OF_BYTES: Readonly<Record<number, string>> = { 8: 'Z', 16: 'X', 24: 'Y' };

export class LmkKeys {
  readonly #cache = new Map<string, OpenKey>();
  readonly #known = new KnownKeys();

  constructor(
    readonly random: RandomBytes,
    readonly settings: ReadonlySet<SettingName>,
  ) {}

  /** The key of a token under the LMK. */
  open(
    lmk: Lmk,
    token: string,
    row: KeyRoleRow,
    { need = 'any', parity = '10' }: { need?: KeyNeed; parity?: ReplyCode } = {},
  ): OpenKey {
    const name = `${lmk.id}${row.type}${token}`;
    let key = this.#cache.get(name);
    if (key === undefined) {
      key = openToken(lmk, token, row, parity);
      this.#checkStrength(key);
      this.#keep(name, key);
      this.#known.add(lmk, row.type, bytesOfWire(token), key);
    }
    const refusal = refusalOf(key, row, need);
    return refusal === undefined ? key : refuse(refusal);
  }

  /** The key of the token buffer[from, to) where it is open already and may be used so. */
  known(
    lmk: Lmk,
    { row, need }: { row: KeyRoleRow; need: KeyNeed },
    buffer: Uint8Array,
    from: number,
    to: number,
  ): OpenKey | undefined {
    const key = this.#known.find(lmk, row.type, buffer, from, to);
    if (key?.attributes === undefined || refusalOf(key, row, need) === undefined) return key;
    return undefined;
  }

  /** The token of a key under the LMK. `scheme` S or none of its own under a key-block LMK. */
  seal(
    lmk: Lmk,
    from: LmkKey,
    o: { row: KeyRoleRow; scheme: string; attributes?: Partial<KeyAttributes> },
  ): string {
    const { bytes: key } = openKeyOf(from);
    if (lmk.kind === 'key-block') {
      if (o.scheme !== 'S') refuse('26');
      const { attributes } = o;
      const usage = attributes?.usage ?? o.row.usages[0]!;
      const header = {
        version: lmk.version,
        usage,
        algorithm: attributes?.algorithm ?? 'T',
        modeOfUse: attributes?.modeOfUse ?? 'N',
        keyVersion: attributes?.keyVersion ?? '00',
        exportability: attributes?.exportability ?? 'N',
        reserved: lmk.id,
      };
      if (!o.row.usages.includes(usage)) refuse('A6');
      return `S${wrapKeyBlock({ kbpk: lmk.keys, header, key, random: this.random })}`;
    }
    if (o.scheme === 'S' || o.scheme === 'R') refuse('A1');
    const pair = lmkKeyType(o.row.type);
    if (pair === undefined) refuse('04');
    return wrapUnderLmk({
      pair: lmk.pairs[pair.pair]!,
      variant: pair.variant,
      scheme: schemeFor(o.scheme, key),
      key,
    });
  }

  /** A key under a master key that is shared with somebody (ZMK, TMK). */
  exportUnder(
    under: LmkKey,
    from: LmkKey,
    o: { scheme: string; row: KeyRoleRow; attributes?: Partial<KeyAttributes> },
  ): string {
    const [master, key] = [openKeyOf(under), openKeyOf(from)];
    this.#requireStrength(master, key);
    if (o.scheme === 'R') {
      const attributes = { ...key.attributes, ...o.attributes };
      if (key.attributes?.exportability === 'N') refuse('29');
      const usage = attributes.usage ?? o.row.usages.find((each) => /[A-Z]/.test(each)) ?? '00';
      return `R${wrapKeyBlock({
        kbpk: master.bytes,
        header: {
          version: master.algorithm === 'A' ? 'D' : 'B',
          usage: X9143_USAGE[usage] ?? usage,
          algorithm: key.algorithm,
          modeOfUse: attributes.modeOfUse ?? 'N',
          exportability: attributes.exportability ?? 'E',
          keyVersion: attributes.keyVersion ?? '00',
        },
        key: key.bytes,
        random: this.random,
      })}`;
    }
    if (this.settings.has('key-block-exchange')) refuse('26', 'key-block-exchange');
    if (key.attributes !== undefined && key.attributes.exportability !== 'S') refuse('29');
    if (key.algorithm !== 'T' || master.algorithm !== 'T') refuse('A7');
    const scheme = schemeFor(o.scheme, key.bytes);
    const letter = scheme === 'Z' ? '' : scheme;
    if (scheme === 'U' || scheme === 'T') return variantUnder(master, key.bytes, scheme);
    return letter + toHex(encryptEcb(master.des, key.bytes));
  }

  /** The key of a token under a shared master key, its parity not yet looked at. */
  importUnder(
    under: LmkKey,
    token: string,
  ): { key: Uint8Array; attributes?: KeyAttributes; algorithm: 'T' | 'A' } {
    const master = openKeyOf(under);
    if (token.startsWith('R')) {
      const opened = unwrapKeyBlock({ kbpk: master.bytes, block: token.slice(1) });
      if (!opened.ok) return refuse(opened.detail === 'MAC_WRONG' ? 'A4' : '83');
      const { header, key } = opened.value;
      if (header.algorithm !== 'T' && header.algorithm !== 'A') return refuse('A7');
      this.#requireStrength(master, { bytes: key, algorithm: header.algorithm });
      return { key, attributes: header, algorithm: header.algorithm };
    }
    if (this.settings.has('key-block-exchange')) refuse('26', 'key-block-exchange');
    if (token.startsWith('S')) refuse('A1');
    if (master.algorithm !== 'T') refuse('A7');
    const letter = /^[A-Z](?=[0-9A-F]{32})/.exec(token)?.[0] ?? '';
    if ((letter === 'U' || letter === 'T') && master.bytes.length === 16) {
      const opened = unwrapLmkToken({ pair: master.bytes, variant: 0, token });
      if (!opened.ok) return refuse('26');
      return { key: opened.value.key, algorithm: 'T' };
    }
    const body = /^[XYUT]/.test(token) ? token.slice(1) : token;
    return { key: decryptEcb(master.des, fromHex(body)), algorithm: 'T' };
  }

  /** Check value: 16 digits asked for may be cut by a setting. */
  checkValue(of: LmkKey, digits: 6 | 16 = 6): string {
    const key = openKeyOf(of);
    const how =
      key.algorithm === 'A'
        ? ({ cipher: 'aes', method: 'cmac' } as const)
        : ({ cipher: 'des', method: 'zeros' } as const);
    const value = toHex(checkValue(key.bytes, { ...how, lengthBytes: 8 }));
    if (digits === 6) return value.slice(0, 6);
    return this.settings.has('six-digit-check-values') ? value.slice(0, 6).padEnd(16, '0') : value;
  }

  /** A new key as an opened one. */
  opened(bytes: Uint8Array, algorithm: OpenKey['algorithm'] = 'T', attributes?: KeyAttributes) {
    const key = new OpenKey(bytes, algorithm, attributes);
    this.#checkStrength(key);
    return key;
  }

  /** Wipes every key that is held. */
  wipe(): void {
    for (const key of this.#cache.values()) key.wipe();
    this.#cache.clear();
    this.#known.clear();
  }

  get held(): number {
    return this.#cache.size;
  }

  /** A key in exchange is not to be stronger than what it is enciphered under. */
  #requireStrength(master: Strong, key: Strong): void {
    if (!this.settings.has('no-weaker-wrapping-key')) return;
    if (strengthOf(key) > strengthOf(master)) refuse('A5', 'no-weaker-wrapping-key');
  }

  #checkStrength({ bytes, algorithm }: OpenKey): void {
    if (algorithm !== 'T') return;
    const { settings } = this;
    if (bytes.length === 8 && settings.has('no-single-length-keys')) {
      refuse('27', 'no-single-length-keys');
    }
    if (settings.has('no-single-as-double') && hasEqualHalves(bytes)) {
      refuse('75', 'no-single-as-double');
    }
  }

  #keep(name: string, key: OpenKey): void {
    if (this.#cache.size >= CACHED_KEYS) {
      const [oldest, old] = this.#cache.entries().next().value!;
      this.#cache.delete(oldest);
      old.wipe();
    }
    this.#cache.set(name, key);
  }
}

/** What the header of a key block does not allow, where the key came in one. */
function refusalOf({ attributes }: OpenKey, row: KeyRoleRow, need: KeyNeed): ReplyCode | undefined {
  if (attributes === undefined) return undefined;
  if (!row.usages.includes(attributes.usage)) return 'A6';
  return NEEDS[need].includes(attributes.modeOfUse) ? undefined : 'A8';
}

/** The X9.143 usage of a payShield two-digit one, for blocks that leave the device. */
const X9143_USAGE: Readonly<Record<string, string>> = {
  '51': 'K0',
  '52': 'K0',
  '71': 'P0',
  '72': 'P0',
  '73': 'P0',
  '11': 'C0',
  '12': 'C0',
  '13': 'C0',
  '21': 'D0',
  '22': 'D0',
  '23': 'D0',
  '32': 'E6',
  '41': 'B0',
  '42': 'B0',
  '01': 'D0',
};

function schemeFor(scheme: string, key: Uint8Array): LmkScheme {
  const wanted = scheme === '0' ? SCHEME_OF_BYTES[key.length]! : scheme;
  if (!Object.hasOwn(LMK_SCHEMES, wanted)) refuse('26');
  if (LMK_SCHEMES[wanted as LmkScheme].keyBytes !== key.length) refuse('27');
  return wanted as LmkScheme;
}

function variantUnder(master: OpenKey, key: Uint8Array, scheme: LmkScheme): string {
  if (master.bytes.length !== 16) refuse('27');
  return wrapUnderLmk({ pair: master.bytes, variant: 0, scheme, key });
}

/** The row of a role. */
export function rowOf(role: KeyRole): KeyRoleRow {
  return KEY_ROLES[role];
}

type Strong = Pick<OpenKey, 'bytes' | 'algorithm'>;

/** Bits of strength, NIST SP 800-57 part 1 table 2: double-length DES 80, triple-length 112. */
function strengthOf({ bytes, algorithm }: Strong): number {
  if (algorithm === 'T') return { 8: 56, 16: 80 }[bytes.length] ?? 112;
  return bytes.length * 8;
}
