/**
 * Encrypting PIN pad: a small secure device of its own in each terminal (ISO 9564-1, PCI PTS). Its
 * master key comes as two components that two couriers carry and type in, one after the other;
 * working keys come as key blocks under it (ANSI X9.143), or as ECB cryptograms from a legacy host.
 * What leaves it: PIN blocks, MACs, check values, and its state sealed under the storage key. No key
 * and no PIN has another way out.
 */
import {
  AesKey,
  type BlockKey,
  checkValue,
  cmac,
  combineComponents,
  DesKey,
  decryptEcb,
  equalConstantTime,
  fromHex,
  hasEqualHalves,
  iso9797Mac,
  isWeakDesKey,
  ok,
  type RandomBytes,
  type Result,
  refused,
  toHex,
  wipe,
} from '@pinfold/crypto';
import { unwrapKeyBlock } from '@pinfold/keyblock';
import { encryptPinBlock } from '@pinfold/pin';
import { isNewerVersion, type OfferedKey, VERSIONS_KEPT, type WirePinFormat } from '../node.js';
import { openPadState, type PadKeyUsage, sealPadState } from './pad-state.js';

/** Algorithm of all keys of a pad: T triple DES, A AES. */
export type PadAlgorithm = 'T' | 'A';

export interface PinPadOptions {
  readonly terminal: string;
  readonly algorithm: PadAlgorithm;
  /** 32 bytes under which the pad's state leaves it. */
  readonly storageKey: Uint8Array;
  readonly random: RandomBytes;
  /** Accept working keys as ECB cryptograms in hex, as hosts did before key blocks. Default no. */
  readonly legacyKeys?: boolean;
}

export type PadRefusal =
  | 'PAD_COMPONENT_LENGTH'
  | 'PAD_COURIER_REPEATED' // both components by one person
  | 'PAD_COMPONENT_REPEATED' // equal components cancel
  | 'PAD_COMPONENTS_MISSING'
  | 'PAD_KEY_WEAK'
  | 'PAD_CHECK_VALUE_WRONG'
  | 'PAD_TMK_MISSING'
  | 'PAD_KEY_BLOCK_INVALID'
  | 'PAD_KEY_USAGE'
  | 'PAD_VERSION_OLD';

interface PadKey {
  readonly version: number;
  readonly bytes: Uint8Array;
  readonly key: BlockKey;
}

interface Component {
  readonly courier: string;
  readonly bytes: Uint8Array;
}

/** Key usage and modes of use (ANSI X9.143) that a working key's block must state. */
const BLOCK_FACTS: Record<PadKeyUsage, Record<PadAlgorithm, { usage: string; modes: string }>> = {
  TPK: { T: { usage: 'P0', modes: 'BEN' }, A: { usage: 'P0', modes: 'BEN' } },
  TAK: { T: { usage: 'M3', modes: 'CN' }, A: { usage: 'M6', modes: 'CN' } },
};
const KEY_BYTES: Record<PadAlgorithm, readonly number[]> = { T: [16, 24], A: [16, 24, 32] };
const COMPONENTS = 2;
const MAC_BYTES = 8;

export class PinPad {
  readonly terminal: string;
  readonly algorithm: PadAlgorithm;
  readonly #options: PinPadOptions;
  #tmk: Uint8Array | undefined;
  #components: Component[] = [];
  /** Newest first. */
  readonly #keys: Record<PadKeyUsage, PadKey[]> = { TPK: [], TAK: [] };

  constructor(options: PinPadOptions) {
    this.#options = options;
    this.terminal = options.terminal;
    this.algorithm = options.algorithm;
  }

  /** A pad after a power cut. */
  static restore(options: PinPadOptions, sealed: Uint8Array): Result<PinPad, 'PAD_STATE_INVALID'> {
    const opened = openPadState(sealed, options);
    if (!opened.ok) return opened;
    const pad = new PinPad(options);
    pad.#tmk = opened.value.tmk;
    for (const { usage, version, bytes } of opened.value.keys) {
      pad.#keys[usage].push({ version, bytes, key: pad.#cipher(bytes) });
    }
    return ok(pad);
  }

  sealedState(): Uint8Array {
    const list = (usage: PadKeyUsage) => this.#keys[usage].map((k) => ({ ...k, usage }));
    const state = { tmk: this.#tmk, keys: [...list('TPK'), ...list('TAK')] };
    return sealPadState(state, this.#options);
  }

  get hasTmk(): boolean {
    return this.#tmk !== undefined;
  }

  /** Newest version held, or undefined. */
  version(usage: PadKeyUsage): number | undefined {
    return this.#keys[usage][0]?.version;
  }

  /** One courier types one component; its check value is shown for comparison with the envelope. */
  enterComponent(o: { courier: string; component: Uint8Array }): Result<string, PadRefusal> {
    const { courier, component } = o;
    if (!KEY_BYTES[this.algorithm].includes(component.length)) {
      return refused('PAD_COMPONENT_LENGTH');
    }
    if (this.#components.length === COMPONENTS) this.#dropComponents();
    for (const other of this.#components) {
      if (other.courier === courier) return refused('PAD_COURIER_REPEATED');
      if (other.bytes.length !== component.length) return refused('PAD_COMPONENT_LENGTH');
      if (equalConstantTime(other.bytes, component)) return refused('PAD_COMPONENT_REPEATED');
    }
    this.#components.push({ courier, bytes: Uint8Array.from(component) });
    return ok(this.#checkValue(component));
  }

  /**
   * Makes the components typed into the master key, when its check value is the one that the host
   * stated. Either way the components are gone. A new master key drops the working keys.
   */
  activateTmk(expectedCheckValue: string): Result<string, PadRefusal> {
    if (this.#components.length < COMPONENTS) return refused('PAD_COMPONENTS_MISSING');
    const key = combineComponents(this.#components.map((c) => c.bytes));
    this.#dropComponents();
    const fault = this.#faultOf(key, expectedCheckValue);
    if (fault !== undefined) {
      wipe(key);
      return refused(fault);
    }
    this.wipe();
    this.#tmk = key;
    return ok(this.#checkValue(key));
  }

  /** Takes all offered working keys or none. A version that is held already must be the same key. */
  takeKeys(offered: readonly OfferedKey[]): Result<readonly OfferedKey[], PadRefusal> {
    const taken: { usage: PadKeyUsage; key: PadKey }[] = [];
    for (const offer of offered) {
      const { usage, version } = offer;
      if (usage !== 'TPK' && usage !== 'TAK') return refused('PAD_KEY_USAGE');
      const bytes = this.#unwrap(offer.keyBlock, usage);
      if (!bytes.ok) return bytes;
      const fault = this.#faultOf(bytes.value, offer.checkValue);
      if (fault !== undefined) return refused(fault);
      const newest = this.#keys[usage][0];
      if (newest !== undefined && !isNewerVersion(version, newest.version)) {
        const held = this.#keys[usage].find((k) => k.version === version);
        if (!held || !equalConstantTime(held.bytes, bytes.value)) return refused('PAD_VERSION_OLD');
        continue;
      }
      taken.push({
        usage,
        key: { version, bytes: bytes.value, key: this.#cipher(bytes.value) },
      });
    }
    for (const { usage, key } of taken) {
      this.#keys[usage].unshift(key);
      for (const old of this.#keys[usage].splice(VERSIONS_KEPT)) wipeKey(old);
    }
    return ok(offered);
  }

  /** The PIN as a block under the newest TPK: ISO 9564 format 0, format 4 when the key is AES. */
  encryptPin(o: { pin: string; pan: string }): {
    format: WirePinFormat;
    block: Uint8Array;
    version: number;
  } {
    const { key, version } = this.#newest('TPK');
    const format = this.algorithm === 'A' ? 'iso4' : 'iso0';
    const { random } = this.#options;
    return { format, version, block: encryptPinBlock({ format, key, ...o, random }) };
  }

  /** MAC of 8 bytes under the newest TAK. */
  mac(data: Uint8Array): Uint8Array {
    return this.#macUnder(this.#newest('TAK').key, data);
  }

  /** False for a wrong MAC and for a version that is not held. */
  verifyMac(o: { data: Uint8Array; mac: Uint8Array; version: number }): boolean {
    const key = this.#keys.TAK.find((k) => k.version === o.version);
    if (key === undefined || o.mac.length !== MAC_BYTES) return false;
    return equalConstantTime(this.#macUnder(key.key, o.data), o.mac);
  }

  /** Tamper: everything is gone. */
  wipe(): void {
    if (this.#tmk) wipe(this.#tmk);
    this.#tmk = undefined;
    this.#dropComponents();
    for (const usage of ['TPK', 'TAK'] as const) {
      for (const key of this.#keys[usage].splice(0)) wipeKey(key);
    }
  }

  toJSON(): string {
    return `[PinPad ${this.terminal}]`;
  }

  /** Callers ask `version` first: a pad without the key is not in service. */
  #newest(usage: PadKeyUsage): PadKey {
    const key = this.#keys[usage][0];
    if (key === undefined) throw new Error(`PIN pad ${this.terminal} has no ${usage}`);
    return key;
  }

  #macUnder(key: BlockKey, data: Uint8Array): Uint8Array {
    if (key instanceof DesKey) return iso9797Mac({ algorithm: 3, padding: 1, key, data });
    return cmac(key, data).subarray(0, MAC_BYTES);
  }

  #unwrap(keyBlock: string, usage: PadKeyUsage): Result<Uint8Array, PadRefusal> {
    if (this.#tmk === undefined) return refused('PAD_TMK_MISSING');
    const hexBytes = keyBlock.length / 2;
    const cryptogram = /^[0-9A-F]+$/.test(keyBlock) && KEY_BYTES[this.algorithm].includes(hexBytes);
    if (cryptogram && this.#options.legacyKeys) {
      const key = this.#cipher(this.#tmk);
      const bytes = decryptEcb(key, fromHex(keyBlock));
      key.wipe();
      return ok(bytes);
    }
    const unwrapped = unwrapKeyBlock({ kbpk: this.#tmk, block: keyBlock });
    if (!unwrapped.ok) return refused('PAD_KEY_BLOCK_INVALID');
    const { header, key } = unwrapped.value;
    const facts = BLOCK_FACTS[usage][this.algorithm];
    const fits =
      header.usage === facts.usage &&
      header.algorithm === this.algorithm &&
      facts.modes.includes(header.modeOfUse);
    if (fits) return ok(key);
    wipe(key);
    return refused('PAD_KEY_USAGE');
  }

  #faultOf(key: Uint8Array, expectedCheckValue: string): PadRefusal | undefined {
    if (!KEY_BYTES[this.algorithm].includes(key.length)) return 'PAD_KEY_WEAK';
    if (this.algorithm === 'T' && (isWeakDesKey(key) || hasEqualHalves(key))) return 'PAD_KEY_WEAK';
    if (key.every((byte) => byte === key[0])) return 'PAD_KEY_WEAK';
    const stated = expectedCheckValue.slice(0, 6).toUpperCase();
    return this.#checkValue(key) === stated ? undefined : 'PAD_CHECK_VALUE_WRONG';
  }

  /** Six hex digits: zeros enciphered for triple DES, CMAC for AES. */
  #checkValue(key: Uint8Array): string {
    const options =
      this.algorithm === 'T'
        ? ({ cipher: 'des', method: 'zeros' } as const)
        : ({ cipher: 'aes', method: 'cmac' } as const);
    return toHex(checkValue(key, options));
  }

  #cipher(bytes: Uint8Array): BlockKey {
    return this.algorithm === 'T' ? DesKey.of(bytes) : AesKey.of(bytes);
  }

  #dropComponents(): void {
    for (const { bytes } of this.#components) wipe(bytes);
    this.#components = [];
  }
}

function wipeKey(key: PadKey): void {
  wipe(key.bytes);
  key.key.wipe();
}
