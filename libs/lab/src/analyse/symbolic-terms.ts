/**
 * `Terms` over symbols: the second meaning of key-management commands. The same `run` functions that
 * are the device build terms here. A token or a transport text that a command hands on is a term;
 * commands look at nothing inside. A refusal ends the branch.
 *
 * Left out: blocks that decipher to a key nobody chose (an untyped token or cryptogram made of noise).
 */
import { toHex } from '@pinfold/crypto';
import {
  type Algorithm,
  type Derivation,
  type EnvelopeLabel,
  KEY_TYPES,
  type KeySpec,
  type KeyTerm,
  type KeyType,
  masterKeyOf,
  type Opened,
  type Policy,
  type RuleFacts,
  type RuleId,
  type SealAs,
  type Slot,
  type Tag,
  type Terms,
  type Token,
  type TokenHeader,
  USAGES,
  type UsageName,
  usageCode,
  usagesOf,
} from '@pinfold/hsm';
import { SymbolicRsaTerms } from './symbolic-rsa.js';
import {
  type Carried,
  CHECK_VALUE,
  isZero,
  type KeySymbol,
  MASTER_KEYS_NOW,
  OLD_MASTER_KEYS,
  type Plain,
  type Sealed,
  type Tagged,
  type TermTable,
} from './symbols.js';

/** The end of a branch: a refusal, or a term that does not fit. One object: most branches end so. */
export class BranchEnds extends Error {}
const BRANCH_ENDS = new BranchEnds('the branch ends');

/** A clear value in the attacker's hands, of a length of his choice. */
export interface ClearInput {
  readonly term: Plain;
  readonly length: number;
}

export interface SymbolicPorts {
  readonly table: TermTable;
  readonly policy: Policy;
  readonly command: string;
  /** Tells calls apart: the same call makes the same names. */
  readonly call: () => string;
  /** A custodian of the attacker's opens the own envelope. */
  readonly delivered: (custodian: string, term: Plain) => void;
}

export class SymbolicTerms implements Terms {
  readonly #ports: SymbolicPorts;
  readonly rsa: SymbolicRsaTerms;
  #made = 0;

  constructor(ports: SymbolicPorts) {
    this.#ports = ports;
    this.rsa = new SymbolicRsaTerms({
      table: ports.table,
      policy: ports.policy,
      name: () => this.#newName(),
      refuse: (code) => this.refuse(code),
    });
  }

  fresh({ algorithm, lengthBytes }: KeySpec): KeyTerm {
    return asTerm({ term: this.#ports.table.name(this.#newName()), algorithm, lengthBytes });
  }

  #newName(): string {
    this.#made += 1;
    const { call, command } = this.#ports;
    return this.#ports.table.fresh({ call: `${call()}#${this.#made}`, command });
  }

  clear(component: Uint8Array, algorithm: Algorithm): KeyTerm {
    const { term, length } = component as unknown as ClearInput;
    return asTerm({ term, algorithm, lengthBytes: length });
  }

  xor(a: KeyTerm, b: KeyTerm): KeyTerm {
    const one = inside(a);
    const other = inside(b);
    if (one.lengthBytes !== other.lengthBytes) this.refuse('TOKEN_INVALID');
    return asTerm({ ...one, term: this.#ports.table.xor(one.term, other.term) });
  }

  seal(key: KeyTerm, as: SealAs): Token {
    return asText(this.sealed(inside(key), as));
  }

  sealed(key: KeySymbol, as: SealAs, masterKeyVersion = MASTER_KEYS_NOW): Sealed {
    const { type } = USAGES[as.usage];
    const typed = this.#ports.policy.mode === 'hardened';
    const header: TokenHeader = {
      typed,
      part: typed ? (as.part ?? 'key') : 'key',
      type,
      usage: as.usage,
      algorithm: key.algorithm,
      lengthBytes: key.lengthBytes,
      exportability: as.exportability ?? 'E',
      checkValue: '000000',
      masterKeyVersion,
      ...(typed && as.share !== undefined ? { share: as.share } : {}),
      ...(as.context === undefined ? {} : { context: as.context }),
    };
    return this.#ports.table.sealed(key, header, masterKeyOf(type));
  }

  open(token: Token, slot: Slot): Opened {
    const sealed = token as unknown as Sealed;
    if (sealed.header.masterKeyVersion !== MASTER_KEYS_NOW) this.refuse('TOKEN_INVALID');
    const header = sealed.header.typed ? this.#fitting(sealed, slot) : this.#taken(sealed, slot);
    return { key: asTerm(sealed.key), header };
  }

  /** Rules M12.type-bound and M9.one-usage, as in the device's key store. */
  #fitting({ header }: Sealed, slot: Slot): TokenHeader {
    const { on } = this.#ports.policy;
    const partFits = header.part === slot.part;
    const typeFits = slot.types.includes(header.type);
    const usageFits = slot.usages === undefined || slot.usages.includes(header.usage);
    const fits = partFits && (typeFits ? usageFits || !on['M9.one-usage'] : !on['M12.type-bound']);
    return fits ? header : this.refuse('TOKEN_INVALID');
  }

  /** An untyped token is whatever the slot takes it for, as long as the master key is the right one. */
  #taken({ header, masterKey }: Sealed, slot: Slot): TokenHeader {
    const types = slot.types.filter((type) => KEY_TYPES[type].masterKey === masterKey);
    const type = types.find((one) => one === header.type) ?? types[0];
    if (type === undefined) return this.refuse('TOKEN_INVALID');
    return { ...header, type, usage: type === header.type ? header.usage : usagesOf(type)[0]! };
  }

  encrypt(under: Opened, key: KeyTerm, as: SealAs): string {
    const symbol = inside(key);
    const said = as.header?.usage ?? usageCode(as.usage, symbol.algorithm);
    const says = as.block?.usage ?? (this.#ports.policy.on['M8.key-blocks'] ? said : undefined);
    return asText(this.#ports.table.carried(inside(under.key), symbol, says));
  }

  decrypt(under: Opened, text: string, usage: UsageName): KeyTerm {
    const { on } = this.#ports.policy;
    const carried = text as unknown as Carried;
    const { algorithm } = carried.key;
    const opens = carried.under.term === inside(under.key).term;
    const { says } = carried;
    const formed = says !== undefined || !on['M8.key-blocks'];
    const fits = says === undefined || !on['M9.one-usage'] || says === usageCode(usage, algorithm);
    if (!opens || !formed || !fits) this.refuse('KEY_BLOCK_INVALID');
    return asTerm(carried.key);
  }

  protect(under: Opened, term: KeyTerm, tag: Tag): string {
    return asText(this.#ports.table.tagged(inside(under.key), inside(term).term, tag));
  }

  unprotect(under: Opened, text: string, tag: Tag): KeyTerm {
    const tagged = text as unknown as Tagged;
    const right = tagged.tag === tag || !this.#ports.policy.on['M9.one-usage'];
    if (tagged.under.term !== inside(under.key).term || !right) this.refuse('CRYPTOGRAM_INVALID');
    return asTerm({ term: tagged.inside, algorithm: 'A', lengthBytes: 16 });
  }

  reveal(term: KeyTerm): Uint8Array {
    return inside(term).term as unknown as Uint8Array;
  }

  deliver({ custodian }: EnvelopeLabel, key: KeyTerm): void {
    this.#ports.delivered(custodian, inside(key).term);
  }

  /** Derived keys are as long as their base, and of its cipher. */
  derive(from: Opened, { method, ksn }: Derivation): KeyTerm {
    const base = inside(from.key);
    const term = this.#ports.table.derived(base.term, `${method} ${toHex(ksn)}`);
    return asTerm({ ...base, term });
  }

  /** A cryptogram in ECB: the same term as a key in transport that says nothing. */
  encipher(under: Opened, data: Uint8Array): string {
    const { term, length } = data as unknown as ClearInput;
    const content: KeySymbol = { term, algorithm: 'T', lengthBytes: length };
    return asText(this.#ports.table.carried(inside(under.key), content, undefined));
  }

  /** What the device's key store does: an untyped token says nothing, so that the type must be named. */
  renew(token: Token, type: KeyType): Token {
    const { key, header, masterKey } = token as unknown as Sealed;
    const old = header.masterKeyVersion === OLD_MASTER_KEYS;
    const fits = header.typed || KEY_TYPES[type].masterKey === masterKey;
    if (!old || !fits) this.refuse('TOKEN_INVALID');
    return asText(this.sealed(key, header));
  }

  checkValue(): string {
    return CHECK_VALUE;
  }

  algorithmOf(key: KeyTerm): Algorithm {
    return inside(key).algorithm;
  }

  lengthOf(key: KeyTerm): number {
    return inside(key).lengthBytes;
  }

  isWeak(key: KeyTerm): boolean {
    return isZero(inside(key).term);
  }

  rule<R extends RuleId>(id: R, facts: RuleFacts<R>): void {
    if (this.#ports.policy.judge(id, facts) !== undefined) throw BRANCH_ENDS;
  }

  refuse(_code: string): never {
    throw BRANCH_ENDS;
  }
}

function asTerm(key: KeySymbol): KeyTerm {
  return key as unknown as KeyTerm;
}

function inside(term: KeyTerm): KeySymbol {
  return term as unknown as KeySymbol;
}

function asText(term: Sealed | Carried | Tagged): string {
  return term as unknown as string;
}
