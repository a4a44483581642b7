/**
 * Which inputs to try: read from the declaration of a command. A token field takes every token that is
 * known, a text or cryptogram every one of its kind, bytes every clear value, a choice its values.
 */
import {
  type AnyCommand,
  type Field,
  type FieldSpec,
  KEY_TYPES,
  type TokenSlot,
  USAGES,
} from '@pinfold/hsm';
import type { ClearInput } from './symbolic-terms.js';
import type { Term } from './symbols.js';

/** Key lengths of the model: double-length triple DES and AES-128; AES-256. */
const LENGTHS = [16, 32];
/** Shares combined at a time; more give nothing new, their sums being bounded too. */
const MAX_LIST = 2;
/**
 * Types that ceremonies make, and usages that keys come in under: one of each kind (wrapping keys,
 * derivation keys, PIN keys, MAC keys). Others add keys, and no new structure.
 */
const TYPES = new Set(['TMK', 'ZCK', 'P']);
const USES = new Set(['ZCK', 'TMK', 'ZPK', 'TAK', 'PGK']);
export const CUSTODIANS = ['custodian-1', 'custodian-2'];

export interface Known {
  readonly tokens: readonly Term[];
  readonly carried: readonly Term[];
  readonly tagged: readonly Term[];
  readonly clear: readonly Term[];
  readonly ceremonies: readonly string[];
  /** What came in the last round; an input without any of it was tried before. Absent: try all. */
  readonly fresh: ReadonlySet<unknown> | undefined;
  /** Whether a token opens in a slot at all: others need not be tried. */
  readonly opens: (token: Term, slot: TokenSlot) => boolean;
}

type Input = Readonly<Record<string, unknown>>;

/** Every input that was not tried before, one after the other. */
export function* inputsOf(command: AnyCommand, known: Known): Generator<Input> {
  const { fresh } = known;
  const fields = Object.entries(command.input).map(
    ([name, field]) => [name, valuesOf(name, field, known)] as const,
  );
  for (const input of combined(fields)) {
    if (fresh === undefined || Object.values(input).some((value) => isNew(value, fresh))) {
      yield input;
    }
  }
}

function isNew(value: unknown, fresh: ReadonlySet<unknown>): boolean {
  if (Array.isArray(value)) return value.some((one) => isNew(one, fresh));
  if (typeof value === 'object' && value !== null && 'length' in value && 'term' in value) {
    return fresh.has(value.term);
  }
  return fresh.has(value);
}

function* combined(
  fields: readonly (readonly [string, readonly unknown[]])[],
): Generator<Record<string, unknown>> {
  const [first, ...rest] = fields;
  if (first === undefined) {
    yield {};
    return;
  }
  const [name, values] = first;
  for (const value of values) {
    for (const others of combined(rest)) {
      yield value === undefined ? others : { [name]: value, ...others };
    }
  }
}

function valuesOf(name: string, field: Field<unknown>, known: Known): readonly unknown[] {
  if (field.optional) return [undefined];
  const { spec } = field as unknown as { readonly spec: FieldSpec };
  switch (spec.kind) {
    case 'token':
      return known.tokens.filter((token) => known.opens(token, spec.slot));
    case 'text':
      return name === 'keyBlock' ? known.carried : [];
    case 'hex':
      return name === 'ceremony' ? known.ceremonies : name === 'cryptogram' ? known.tagged : [];
    case 'choice':
      return spec.of.includes('WK') ? [...TYPES] : spec.of.filter(inPlay);
    case 'integer':
      return [spec.min];
    case 'bytes':
      return clearInputs(spec, known);
    case 'list':
      return listsOf(name, spec.of, known);
    default:
      return [];
  }
}

/** Types and usages are narrowed; other choices stay whole. */
function inPlay(value: string): boolean {
  if (value in KEY_TYPES) return TYPES.has(value) || USES.has(value);
  return !(value in USAGES) || USES.has(value);
}

function clearInputs({ min, max }: { min: number; max: number }, known: Known): ClearInput[] {
  return LENGTHS.filter((length) => length >= min && length <= max).flatMap((length) =>
    known.clear.map((term) => ({ term, length }) as ClearInput),
  );
}

function listsOf(name: string, of: Field<unknown>, known: Known): readonly unknown[][] {
  if (name === 'custodians') return [CUSTODIANS];
  const values = valuesOf(name, of, known);
  const lists: unknown[][] = [];
  // Twice the same comes first: it is the shortest way to zero.
  for (const value of values) lists.push(new Array(MAX_LIST).fill(value));
  for (const a of values) for (const b of values) if (a !== b) lists.push([a, b]);
  for (const value of values) lists.push([value]);
  return lists;
}
