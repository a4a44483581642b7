/**
 * Inputs for the fuzzer, from the declarations: valid first, then one thing broken. Random bytes
 * alone test nothing; a valid input with one fault reaches the logic.
 */
import type { Field, FieldSpec, Shape, TokenSlot } from '../declare/field.js';
import { USAGES, type UsageName, usageById } from '../keys/usages.js';
import { PARTS } from '../tokens/header.js';

/** 0 up to, not including, `below`. */
export type Dice = (below: number) => number;

/** Tokens seen so far, by the usage that they were made for; the fuzzer mixes them. */
export interface Pool {
  readonly tokens: string[];
  readonly records: string[];
}

export function validInput(shape: Shape, dice: Dice, pool: Pool): Record<string, unknown> {
  const input: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(shape)) {
    if (field.optional && dice(2) === 0) continue;
    input[name] = validValue(name, field.spec, dice, pool);
  }
  return input;
}

function validValue(name: string, spec: FieldSpec, dice: Dice, pool: Pool): unknown {
  switch (spec.kind) {
    case 'bytes': {
      const steps = Math.floor((Math.min(spec.max, 300) - spec.min) / spec.step);
      const length = spec.min + spec.step * dice(Math.max(1, steps + 1));
      return Uint8Array.from({ length }, () => dice(256));
    }
    case 'digits':
      if (name === 'pan' && dice(3) > 0) return pick(PANS, dice);
      return characters('0123456789', spec, dice);
    case 'hex':
      return characters('0123456789ABCDEF', { ...spec, max: Math.min(spec.max, 400) }, dice);
    case 'text':
      if (name === 'record' && pool.records.length > 0) return pick(pool.records, dice);
      return characters('abcXYZ019 .-', { ...spec, max: Math.min(spec.max, 200) }, dice);
    case 'integer':
      return spec.min + dice(Math.min(spec.max - spec.min, 16) + 1);
    case 'choice':
      return pick(spec.of, dice);
    case 'flag':
      return dice(2) === 1;
    case 'token':
      return tokenFor(spec.slot, dice, pool);
    case 'list': {
      const length = spec.min + dice(Math.min(spec.max - spec.min, 3) + 1);
      return Array.from({ length }, () => validValue(name, spec.of.spec, dice, pool));
    }
    case 'object':
      return validInput(spec.fields, dice, pool);
  }
}

/** Few accounts, so that records and PIN blocks meet their own again. */
const PANS = ['4000000000000010', '5100000000000017', '400000000000001'];

/** Mostly a token that claims to fit, sometimes another one, sometimes nonsense. */
function tokenFor(slot: TokenSlot, dice: Dice, pool: Pool): string {
  const fitting = pool.tokens.filter((token) => fits(token, slot));
  if (fitting.length > 0 && dice(4) > 0) return pick(fitting, dice);
  if (pool.tokens.length > 0 && dice(4) > 0) return pick(pool.tokens, dice);
  return characters('0123456789ABCDEF', { min: 32, max: 160 }, dice);
}

/** By what the text says: the label of a legacy token, bytes 1 to 3 of a hardened one. */
function fits(token: string, slot: TokenSlot): boolean {
  const label = /^([A-Z]+):/.exec(token)?.[1];
  const usage = (label ?? usageById(Number.parseInt(token.slice(6, 8), 16))) as UsageName;
  const part = label === undefined ? PARTS[Number.parseInt(token.slice(2, 4), 16) - 1] : slot.part;
  if (USAGES[usage] === undefined || part !== slot.part) return false;
  return slot.types.includes(USAGES[usage].type) && (slot.usages?.includes(usage) ?? true);
}

/** One fault, at any depth: missing, another type, too long, cut, a flipped bit or character. */
export function broken(
  input: Record<string, unknown>,
  shape: Shape,
  dice: Dice,
): Record<string, unknown> {
  const names = Object.keys(shape);
  if (names.length === 0) return { surplus: dice(100) };
  const name = pick(names, dice);
  const field: Field<unknown> = shape[name]!;
  const value = input[name];
  if (field.spec.kind === 'object' && typeof value === 'object' && value !== null && dice(2) > 0) {
    const inner = broken(value as Record<string, unknown>, field.spec.fields, dice);
    return { ...input, [name]: inner };
  }
  return { ...input, [name]: FAULTS[dice(FAULTS.length)]!(value, dice) };
}

const FAULTS: readonly ((value: unknown, dice: Dice) => unknown)[] = [
  () => undefined,
  () => null,
  (_, dice) => dice(1_000_000) - 500_000,
  () => Number.NaN,
  () => ({}),
  () => [],
  () => 'constructor',
  () => '__proto__',
  (value) => (typeof value === 'string' ? value.repeat(40) : 'x'.repeat(100_000)),
  (value) => (value instanceof Uint8Array ? new Uint8Array(70_000) : new Uint8Array(0)),
  (value, dice) => cut(value, dice),
  (value, dice) => cut(value, dice),
  (value, dice) => flipped(value, dice),
  (value, dice) => flipped(value, dice),
  (value, dice) => flipped(value, dice),
];

function cut(value: unknown, dice: Dice): unknown {
  if (typeof value === 'string') return value.slice(0, dice(value.length + 1));
  return value instanceof Uint8Array ? value.slice(0, dice(value.length + 1)) : value;
}

function flipped(value: unknown, dice: Dice): unknown {
  if (value instanceof Uint8Array && value.length > 0) {
    const out = Uint8Array.from(value);
    out[dice(out.length)]! ^= 1 << dice(8);
    return out;
  }
  if (typeof value !== 'string' || value.length === 0) return value;
  const at = dice(value.length);
  const other = String.fromCharCode(value.charCodeAt(at) ^ (1 << dice(7)));
  return value.slice(0, at) + other + value.slice(at + 1);
}

function characters(alphabet: string, size: { min: number; max: number }, dice: Dice): string {
  const length = size.min + dice(size.max - size.min + 1);
  let out = '';
  for (let i = 0; i < length; i++) out += alphabet[dice(alphabet.length)];
  return out;
}

function pick<T>(items: readonly T[], dice: Dice): T {
  return items[dice(items.length)]!;
}
