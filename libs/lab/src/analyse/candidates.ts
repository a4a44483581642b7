/**
 * Which inputs to try: read from the declaration of a command. A token field takes every token that is
 * known, a text or cryptogram every one of its kind, bytes every clear value, a choice its values.
 */
import { type AnyCommand, type Field, type FieldSpec, KEY_TYPES, USAGES } from '@pinfold/hsm';
import type { ClearInput } from './symbolic-terms.js';
import type { Term } from './symbols.js';

/** Key lengths of the model: double-length triple DES and AES-128; AES-256. */
const LENGTHS = [16, 32];
/** Shares combined at a time; more give nothing new, their sums being bounded too. */
const MAX_LIST = 2;
/** Types and usages that a model has keys of; single DES and stored PINs add no new structure. */
const TYPES = new Set(['ZCK', 'WK', 'TCK', 'TMK', 'P']);
const USES = new Set(['ZCK', 'TMK', 'ZPK', 'TAK', 'PGK', 'DEK', 'KEK']);
export const CUSTODIANS = ['custodian-1', 'custodian-2'];

export interface Known {
  readonly tokens: readonly Term[];
  readonly carried: readonly Term[];
  readonly tagged: readonly Term[];
  readonly clear: readonly Term[];
  readonly ceremonies: readonly string[];
}

type Input = Readonly<Record<string, unknown>>;

/** Every input, one after the other. */
export function* inputsOf(command: AnyCommand, known: Known): Generator<Input> {
  const names = Object.keys(command.input);
  yield* combined(
    names.map((name) => [name, valuesOf(name, command.input[name]!, known)] as const),
  );
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
      return known.tokens;
    case 'text':
      return name === 'keyBlock' ? known.carried : [];
    case 'hex':
      return name === 'ceremony' ? known.ceremonies : name === 'cryptogram' ? known.tagged : [];
    case 'choice':
      return spec.of.filter(inPlay);
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
