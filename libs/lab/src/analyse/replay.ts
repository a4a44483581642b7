/**
 * Replays a trace on the byte device: each call is made with the tokens and values that the earlier
 * ones gave. What is obtained must equal the laboratory's secret.
 */
import { concatBytes, fromHex, toHex, xorBytes } from '@pinfold/crypto';
import {
  COMMANDS,
  type CommandName,
  type FieldSpec,
  KEY_TYPES,
  type Mode,
  type Role,
  usagesOf,
} from '@pinfold/hsm';
import { decimalise } from '@pinfold/pin';
import { addDigits } from '../decimalisation-questions.js';
import { DECIMALISATION_TABLE, Laboratory, validationDataOf } from '../laboratory.js';
import { openTransport } from '../transport.js';
import { ACCOUNT, type Model, ROLES, VSM_CEREMONIES, VSM_KEYS } from './model.js';
import type { Step } from './saturate.js';
import type { Carried, Plain, Sealed, Term } from './symbols.js';

type Value = string | Uint8Array;

interface Stage {
  readonly lab: Laboratory;
  /** What stands for a term, by its text. */
  readonly values: Map<string, Value>;
  readonly check: (goal: string) => boolean;
}

export async function replay(
  model: Model,
  o: {
    mode: Mode;
    without: readonly string[];
    begin: readonly Term[];
    steps: readonly Step[];
    goal: string;
  },
): Promise<boolean> {
  const lab = new Laboratory({ mode: o.mode, without: o.without });
  const stage = model.name === 'vsm' ? vsmStage(lab, o.begin) : typedStage(lab, o.begin);
  for (const step of o.steps) {
    if (!(await replayStep(stage, step))) return false;
  }
  return stage.check(o.goal);
}

async function replayStep(stage: Stage, step: Step): Promise<boolean> {
  if (step.command === '(decipher)') return decipher(stage, step);
  if (step.command === '(xor)') {
    const { a, b } = step.input as { a: Plain; b: Plain };
    const { sum } = step.output as { sum: Plain };
    const [one, other] = [stage.values.get(a.text), stage.values.get(b.text)];
    if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return false;
    stage.values.set(sum.text, xorBytes(one, other));
    return true;
  }
  const command = step.command as CommandName;
  const input = concrete(labelled(command, step.input, stage.values), stage.values);
  const roles: readonly Role[] = COMMANDS[command].roles;
  const role = ROLES.find((one) => roles.includes(one)) ?? 'production';
  const name = role === 'custodian' ? 'custodian-1' : role;
  const [answer] = await stage.lab.client(role, name).run(command, [input as never]);
  if (!answer?.ok) return false;
  note(step.output, answer.value, stage.values);
  return true;
}

/** Opens a cryptogram or key block under a key that is known. */
function decipher({ values }: Stage, { input, output }: Step): boolean {
  const { term, key } = input as { term: Carried; key: Plain };
  const { inside } = output as { inside: Plain };
  const text = values.get(term.text);
  const { algorithm, lengthBytes } = term.under;
  const known = key.names.length === 0 ? new Uint8Array(lengthBytes) : values.get(key.text);
  if (typeof text !== 'string' || !(known instanceof Uint8Array)) return false;
  const opened = openTransport(text, known.slice(0, lengthBytes), algorithm === 'A');
  if (opened === undefined) return false;
  values.set(inside.text, opened);
  return true;
}

/** Untyped tokens carry a label that nothing vouches for: it is made to say what the slot wants. */
function labelled(
  command: CommandName,
  input: Readonly<Record<string, unknown>>,
  values: ReadonlyMap<string, Value>,
): Record<string, unknown> {
  const fields: Readonly<Record<string, unknown>> = COMMANDS[command].input;
  return Object.fromEntries(
    Object.entries(input).map(([name, value]) => {
      const { spec } = fields[name] as { readonly spec: FieldSpec };
      const token = value as Sealed;
      if (spec.kind !== 'token' || token.header.typed) return [name, value];
      const { types } = spec.slot;
      if (types.length === 1 || types.includes(token.header.type)) return [name, value];
      const type = types.find((one) => KEY_TYPES[one].masterKey === token.masterKey)!;
      const text = String(values.get(token.text)).replace(/^[A-Z]+:/, '');
      return [name, `${usagesOf(type)[0]}:${text}`];
    }),
  );
}

/** A symbolic input with values for its terms. */
function concrete(input: unknown, values: ReadonlyMap<string, Value>): unknown {
  if (Array.isArray(input)) return input.map((one) => concrete(one, values));
  if (typeof input === 'string') return values.get(input) ?? input;
  if (typeof input !== 'object' || input === null) return input;
  if ('kind' in input) return values.get((input as Term).text);
  if ('term' in input && 'length' in input) {
    const value = values.get((input.term as Plain).text);
    const length = Number(input.length);
    return value instanceof Uint8Array ? value.slice(0, length) : new Uint8Array(length);
  }
  return Object.fromEntries(
    Object.entries(input).map(([name, one]) => [name, concrete(one, values)]),
  );
}

/** Takes down what stands for the terms of an output. */
function note(symbolic: unknown, value: unknown, values: Map<string, Value>): void {
  if (Array.isArray(symbolic)) {
    for (const [i, one] of symbolic.entries()) note(one, (value as unknown[])[i], values);
  } else if (typeof symbolic === 'string') values.set(symbolic, value as Value);
  else if (typeof symbolic === 'object' && symbolic !== null) {
    if ('kind' in symbolic) values.set((symbolic as Term).text, value as Value);
    else {
      for (const [name, one] of Object.entries(symbolic)) {
        note(one, (value as Record<string, unknown>)[name], values);
      }
    }
  }
}

function vsmStage(lab: Laboratory, begin: readonly Term[]): Stage {
  const values = new Map<string, Value>();
  const tokens = begin.filter((term): term is Sealed => term.kind === 'sealed');
  const token = (name: string) => tokens.find(({ key }) => key.term.text === name)!;
  const pvk = lab.key('P', { usage: 'PGK' });
  for (const usage of VSM_KEYS) {
    const made =
      usage === 'PGK'
        ? pvk
        : usage === 'BDK'
          ? lab.key('P', { usage })
          : usage === 'ZCK' || usage === 'TMK'
            ? lab.key(usage)
            : lab.honest('production', 'GenerateWorkingKey', { usage, algorithm: 'T' }).key;
    values.set(token(usage).text, made);
  }
  for (const type of VSM_CEREMONIES) {
    const { shares, envelopes } = lab.ceremony(type);
    for (const [i, share] of shares.entries()) {
      values.set(token(`share ${i + 1} of ${type}`).text, share);
    }
    values.set(`share 1 of ${type}`, envelopes[0]!.component);
  }
  const tableId = lab.table();
  const [victim, other] = [1, 2].map((n) => lab.customer(n, { pvk, tableId }));
  const accounts = [victim!, other!].map(({ pan }) => fromHex(validationDataOf(pan)));
  values.set(ACCOUNT, concatBytes(...accounts));
  const check = (goal: string): boolean => {
    const value = values.get(goal);
    if (value instanceof Uint8Array) return sameKey(value, lab.exposeKey(pvk));
    if (typeof value !== 'string') return false;
    const { pan, offset } = victim!;
    const pin = addDigits(decimalise(value.slice(0, offset.length), DECIMALISATION_TABLE), offset);
    return pin === lab.exposePin(pan);
  };
  return { lab, values, check };
}

function typedStage(lab: Laboratory, begin: readonly Term[]): Stage {
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

function sameKey(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte >> 1 === b[i]! >> 1);
}
