/** The places where traces are replayed: what stands for the terms of a model's beginning, on a device. */
import { concatBytes, fromHex, toHex } from '@pinfold/crypto';
import type { Mode } from '@pinfold/hsm';
import { decimalise } from '@pinfold/pin';
import { addDigits } from '../decimalisation-questions.js';
import { DECIMALISATION_TABLE, Laboratory, validationDataOf } from '../laboratory.js';
import { encipherOaep } from '../rsa/encipher.js';
import { OWN_KEY } from './attacker-means.js';
import {
  ACCOUNT,
  INITIAL_KEY,
  type Model,
  OLD_KEY,
  OPENED_KEY,
  PARTNER_KEY,
  SHARED_KEY,
  VSM_CEREMONIES,
  VSM_KEYS,
  VSM_PAIRS,
} from './model.js';
import type { Enciphered, Plain, Private, Public, Sealed, Term } from './symbols.js';

export type Value = string | Uint8Array;

export interface Scene {
  readonly lab: Laboratory;
  /** What stands for a term, by its text. */
  readonly values: Map<string, Value>;
  /** Whether a goal's value is the laboratory's secret. */
  readonly check: (goal: string) => boolean;
}

export function sceneOf(
  model: Model,
  setting: { mode: Mode; without: readonly string[] },
  begin: readonly Term[],
): Scene {
  const lab = new Laboratory(setting);
  return model.name === 'typed-api' ? typedScene(lab, begin) : vsmScene(lab, begin);
}

const OWN_BYTES = 32;

function vsmScene(lab: Laboratory, begin: readonly Term[]): Scene {
  const values = new Map<string, Value>();
  const tokens = begin.filter((term): term is Sealed => term.kind === 'sealed');
  const textOf = (name: string) => tokens.find(({ key }) => key.term.text === name)!.text;
  const generate = (usage: 'ZPK' | 'TAK') =>
    lab.honest('production', 'GenerateWorkingKey', { usage, algorithm: 'T' }).key;
  values.set(textOf(OLD_KEY), generate('TAK'));
  lab.changeMasterKeys();
  const made: Record<(typeof VSM_KEYS)[number], string> = {
    ZCK: lab.key('ZCK'),
    TMK: lab.key('TMK'),
    ZPK: generate('ZPK'),
    TAK: generate('TAK'),
    PGK: lab.key('P', { usage: 'PGK' }),
    BDK: lab.key('P', { usage: 'BDK', algorithm: 'T' }),
  };
  for (const usage of VSM_KEYS) values.set(textOf(usage), made[usage]);
  for (const type of VSM_CEREMONIES) {
    const { shares, envelopes } = lab.ceremony(type);
    for (const [i, share] of shares.entries()) {
      values.set(textOf(`share ${i + 1} of ${type}`), share);
    }
    values.set(`share 1 of ${type}`, envelopes[0]!.component);
  }
  const shared = lab.pinKey();
  values.set(textOf(SHARED_KEY), shared);
  values.set(SHARED_KEY, lab.exposeKey(shared));
  const opened = tokens.find(({ key }) => key.term.text === OPENED_KEY);
  if (opened !== undefined) {
    const tmk = lab.key('TMK');
    values.set(opened.text, tmk);
    values.set(OPENED_KEY, lab.exposeKey(tmk));
  }
  const partner = lab.random(16);
  setPairs(lab, { begin, values, partner });
  values.set(OWN_KEY, lab.random(OWN_BYTES));
  const tableId = lab.table();
  const [victim, other] = [1, 2].map((n) => lab.customer(n, { pvk: made.PGK, tableId }));
  const accounts = [victim!, other!].map(({ pan }) => fromHex(validationDataOf(pan)));
  values.set(ACCOUNT, concatBytes(...accounts));
  const secrets: Readonly<Record<string, () => Uint8Array>> = {
    PGK: () => lab.exposeKey(made.PGK),
    ZPK: () => lab.exposeKey(made.ZPK),
    [PARTNER_KEY]: () => partner,
    [INITIAL_KEY.name]: () => INITIAL_KEY.of(lab.exposeKey(made.BDK)),
  };
  const check = (goal: string): boolean => {
    const value = values.get(goal);
    if (value instanceof Uint8Array) return sameKey(value, secrets[goal]!());
    if (typeof value !== 'string') return false;
    const { pan, offset } = victim!;
    const pin = addDigits(decimalise(value.slice(0, offset.length), DECIMALISATION_TABLE), offset);
    return pin === lab.exposePin(pan);
  };
  return { lab, values, check };
}

/** The device's RSA pairs, and what a partner sent under one of them. */
function setPairs(
  lab: Laboratory,
  o: { begin: readonly Term[]; values: Map<string, Value>; partner: Uint8Array },
): void {
  const { begin, values, partner } = o;
  const of = <T extends Term>(kind: T['kind'], pair: string) =>
    begin.find((term) => term.kind === kind && (term as T & { pair: string }).pair === pair);
  for (const [pair, usage] of Object.entries(VSM_PAIRS)) {
    const generated = lab.honest('keyManager', 'GenerateRsaKey', { bits: '2048', usage });
    values.set(of<Private>('private', pair)!.text, generated.rsaKey);
    values.set(of<Public>('public', pair)!.text, generated.publicKey);
    const sent = of<Enciphered>('enciphered', pair);
    if (sent !== undefined) values.set(sent.text, encipherOaep(generated.publicKey, partner));
  }
}

function typedScene(lab: Laboratory, begin: readonly Term[]): Scene {
  const values = new Map<string, Value>();
  const kinds = ['DataKey', 'KEKKey'] as const;
  const tokens = begin.filter((term) => term.kind === 'sealed');
  const made = kinds.map((kind) => lab.honest('keyManager', 'GenerateTypedKey', { kind }).key);
  for (const [i, { text }] of tokens.entries()) values.set(text, made[i]!);
  values.set('x', lab.random(16));
  const check = (goal: string): boolean => {
    const value = values.get(goal);
    const secret = lab.exposeKey(made[goal === 'Ki' ? 0 : 1]!);
    return value instanceof Uint8Array && toHex(value) === toHex(secret);
  };
  return { lab, values, check };
}

/** A known value cut to the length that a key has; the zero key has no value of its own. */
export function keyValue(
  values: ReadonlyMap<string, Value>,
  term: Plain,
  lengthBytes: number,
): Uint8Array | undefined {
  if (term.names.length === 0) return new Uint8Array(lengthBytes);
  const value = values.get(term.text);
  return value instanceof Uint8Array ? value.slice(0, lengthBytes) : undefined;
}

/** Parity bits apart. */
function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte >> 1 === b[i]! >> 1);
}
