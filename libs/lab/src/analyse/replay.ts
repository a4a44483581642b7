/**
 * Replays a trace on the byte device: each call is made with the tokens and values that the earlier
 * ones gave. What is obtained must equal the laboratory's secret.
 */
import { xorBytes } from '@pinfold/crypto';
import {
  COMMANDS,
  type CommandName,
  type FieldSpec,
  KEY_TYPES,
  type Mode,
  type Role,
  usagesOf,
} from '@pinfold/hsm';
import { encipherOaep } from '../rsa/encipher.js';
import { makeTransport, openTransport } from '../transport.js';
import { INITIAL_KEY, type Model, ROLES } from './model.js';
import { keyValue, type Scene, sceneOf, type Value } from './replay-scene.js';
import type { Step } from './step.js';
import type { Carried, Enciphered, Plain, Public, Sealed, Tagged, Term } from './symbols.js';

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
  const scene = sceneOf(model, o, o.begin);
  for (const step of o.steps) {
    const alone = ALONE[step.command];
    const done = alone === undefined ? await call(scene, step) : alone(scene.values, step);
    if (!done) return false;
  }
  return scene.check(o.goal);
}

/** What the attacker does without the device, as `attacker-means.ts` names it. */
const ALONE: Readonly<Record<string, (values: Map<string, Value>, step: Step) => boolean>> = {
  '(decipher)': decipher,
  '(xor)': add,
  '(derive)': derive,
  '(encipher)': encipher,
  '(forge)': forge,
};

async function call({ lab, values }: Scene, step: Step): Promise<boolean> {
  const command = step.command as CommandName;
  const input = concrete(labelled(command, step.input, values), values);
  const roles: readonly Role[] = COMMANDS[command].roles;
  const role = ROLES.find((one) => roles.includes(one)) ?? 'production';
  const name = role === 'custodian' ? 'custodian-1' : role;
  const [answer] = await lab.client(role, name).run(command, [input as never]);
  if (!answer?.ok) return false;
  note(step.output, answer.value, values);
  return true;
}

function set(values: Map<string, Value>, term: Term, value: Value | undefined): boolean {
  if (value === undefined) return false;
  values.set(term.text, value);
  return true;
}

/** Opens a cryptogram or key block under a key that is known. */
function decipher(values: Map<string, Value>, { input, output }: Step): boolean {
  const { term, key } = input as { term: Carried | Tagged; key: Plain };
  const text = values.get(term.text);
  const { algorithm, lengthBytes } = term.under;
  const known = keyValue(values, key, lengthBytes);
  if (typeof text !== 'string' || known === undefined) return false;
  return set(values, output.inside as Plain, openTransport(text, known, algorithm === 'A'));
}

function add(values: Map<string, Value>, { input, output }: Step): boolean {
  const { a, b } = input as { a: Plain; b: Plain };
  const [one, other] = [values.get(a.text), values.get(b.text)];
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return false;
  return set(values, output.sum as Plain, xorBytes(one, other));
}

function derive(values: Map<string, Value>, { input, output }: Step): boolean {
  const base = values.get((input.base as Plain).text);
  const made = base instanceof Uint8Array ? INITIAL_KEY.of(base) : undefined;
  return set(values, output.key as Plain, made);
}

function encipher(values: Map<string, Value>, { input, output }: Step): boolean {
  const made = output.made as Enciphered;
  const clear = keyValue(values, made.key.term, made.key.lengthBytes);
  const publicKey = values.get((input.term as Public).text);
  if (clear === undefined || typeof publicKey !== 'string') return false;
  return set(values, made, encipherOaep(publicKey, clear));
}

function forge(values: Map<string, Value>, { output }: Step): boolean {
  const { under, key, says } = output.made as Carried;
  const wrapping = keyValue(values, under.term, under.lengthBytes);
  const clear = keyValue(values, key.term, key.lengthBytes);
  if (wrapping === undefined || clear === undefined) return false;
  const aes = under.algorithm === 'A';
  const made = makeTransport({ key: clear, algorithm: key.algorithm, says }, wrapping, aes);
  return set(values, output.made as Carried, made);
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
  if (typeof input !== 'object' || input === null || input instanceof Uint8Array) return input;
  if ('kind' in input) return values.get((input as Term).text);
  if ('term' in input && 'length' in input) {
    return keyValue(values, input.term as Plain, Number(input.length));
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
