/**
 * Which inputs to try: read from the declaration of a command. A token field takes every token that is
 * known, a text or cryptogram every one of its kind, bytes every clear value, a choice its values.
 * What is narrowed stands in the tables below, with the reason.
 */
import {
  type AnyCommand,
  type Field,
  type FieldSpec,
  KEY_TYPE_NAMES,
  KEY_TYPES,
  type TokenSlot,
  USAGES,
  type UsageName,
} from '@pinfold/hsm';
import type { ClearInput } from './symbolic-terms.js';
import { type Carried, OLD_MASTER_KEYS, type Private, type Term } from './symbols.js';

/** Key lengths of the model: double-length triple DES and AES-128; AES-256. */
const LENGTHS = [16, 32];
/** Shares combined at a time; more give nothing new, their sums being bounded too. */
const MAX_LIST = 2;
/**
 * Types that ceremonies make, and usages that keys come in under: one of each kind (wrapping keys,
 * derivation keys, PIN keys, MAC keys). Others add keys, and no new structure.
 */
const TYPES = new Set(['TMK', 'ZCK', 'P']);
export const USES: ReadonlySet<UsageName> = new Set(['ZCK', 'TMK', 'ZPK', 'TAK', 'PGK']);
/** A key serial number, for terminals of either kind; another one names another key of the same structure. */
const serial = (length: number) => Uint8Array.from({ length }, (_, i) => 0xa0 + i);
export const KSN = { tdes: serial(10), aes: serial(12) } as const;
/** Fields that the attacker leaves out, or fills in with one of these: what a field holds by its kind. */
const FILLED: Readonly<Record<string, readonly unknown[] | 'of its kind'>> = {
  'KeyCheckValue.data': 'of its kind',
  // Lengths of a modulus are numeric.
  'GenerateRsaKey.bits': ['2048'],
  'GenerateRsaKey.usage': ['unwrap', 'decrypt'],
  // An untyped token is of the type that the caller names.
  'ReEncryptToken.type': KEY_TYPE_NAMES,
};
/** Optional fields that are filled in together, beside leaving all of them out. */
const TOGETHER: Readonly<Record<string, Input>> = {
  // A header that says more than the key may do: that it wraps others.
  ExportKeyBlock: { usage: 'K1', modeOfUse: 'B' },
};
/** The data keys' context: any text is as good as another. */
const CONTEXT = 'context';
const SHORTEST_RSA = 128;
type Input = Readonly<Record<string, unknown>>;

export const CUSTODIANS = ['custodian-1', 'custodian-2'];

export interface Known {
  readonly tokens: readonly Term[];
  readonly carried: readonly Term[];
  readonly tagged: readonly Term[];
  readonly private: readonly Term[];
  readonly enciphered: readonly Term[];
  readonly clear: readonly Term[];
  readonly ceremonies: readonly string[];
  /** What came in the last round; an input without any of it was tried before. Absent: try all. */
  readonly fresh: ReadonlySet<unknown> | undefined;
  /** Whether a token opens in a slot at all: others need not be tried. */
  readonly opens: (token: Term, slot: TokenSlot) => boolean;
}

interface Column {
  readonly name: string;
  readonly values: readonly unknown[];
  /** Those that came in the last round. */
  readonly fresh: readonly unknown[];
}

/** Every input that was not tried before, one after the other. */
export function* inputsOf(command: AnyCommand, known: Known): Generator<Input> {
  const { fresh } = known;
  const columns = Object.entries(command.input).map(([name, field]): Column => {
    const values = inPlayOf(command.name, name, field, known);
    const isFresh = (value: unknown) => fresh === undefined || isNew(value, fresh);
    return { name, values, fresh: values.filter(isFresh) };
  });
  if (columns.length === 0) {
    if (fresh === undefined) yield {};
    return;
  }
  yield* combined(columns, {}, fresh === undefined);
  const together = TOGETHER[command.name];
  if (together === undefined) return;
  for (const input of combined(columns, {}, fresh === undefined)) yield { ...input, ...together };
}

function isNew(value: unknown, fresh: ReadonlySet<unknown>): boolean {
  if (Array.isArray(value)) return value.some((one) => isNew(one, fresh));
  if (typeof value === 'object' && value !== null && 'length' in value && 'term' in value) {
    return fresh.has(value.term);
  }
  return fresh.has(value);
}

/** All combinations with something fresh in them, in order; those that cannot open are left out early. */
function* combined(
  [first, ...rest]: readonly Column[],
  begun: Input,
  hasFresh: boolean,
): Generator<Input> {
  const { name, values, fresh } = first!;
  const canWait = hasFresh || rest.some((column) => column.fresh.length > 0);
  for (const value of canWait ? values : fresh) {
    if (cannotOpen(begun, value)) continue;
    const input = value === undefined ? begun : { ...begun, [name]: value };
    if (rest.length === 0) yield input;
    else yield* combined(rest, input, hasFresh || fresh.includes(value));
  }
}

/** A key in transport goes with the key that it is under, a cryptogram of RSA with its pair. */
function cannotOpen({ keyBlock, rsaKey }: Input, value: unknown): boolean {
  const term = value as Term | undefined;
  if (keyBlock !== undefined && term?.kind === 'sealed') {
    return (keyBlock as Carried).under.term !== term.key.term;
  }
  if (rsaKey !== undefined && term?.kind === 'enciphered') {
    return (rsaKey as Private).pair !== term.pair;
  }
  return false;
}

function inPlayOf(
  command: string,
  name: string,
  field: Field<unknown>,
  known: Known,
): readonly unknown[] {
  if (command === 'ReEncryptToken' && name === 'token') return known.tokens.filter(isOld);
  const filled = FILLED[`${command}.${name}`];
  if (filled === 'of its kind') return [undefined, ...valuesOf(name, field, known)];
  return filled ?? (field.optional ? [undefined] : valuesOf(name, field, known));
}

function valuesOf(name: string, field: Field<unknown>, known: Known): readonly unknown[] {
  const { spec } = field as unknown as { readonly spec: FieldSpec };
  switch (spec.kind) {
    case 'token':
      return known.tokens.filter((token) => known.opens(token, spec.slot));
    case 'text':
      return name === 'keyBlock' ? known.carried : name === 'context' ? [CONTEXT] : [];
    case 'hex':
      return hexOf(name, known);
    case 'choice':
      return spec.of.includes('WK') ? [...TYPES] : spec.of.filter(inPlay);
    case 'integer':
      return [spec.min];
    case 'bytes':
      if (name === 'ksn') return Object.values(KSN);
      return spec.min >= SHORTEST_RSA ? known.enciphered : clearInputs(spec, known);
    case 'list':
      return listsOf(name, spec.of, known);
    default:
      return [];
  }
}

function hexOf(name: string, known: Known): readonly unknown[] {
  switch (name) {
    case 'ceremony':
      return known.ceremonies;
    case 'cryptogram':
      return known.tagged;
    case 'rsaKey':
      return known.private;
    default:
      return [];
  }
}

/** Types and usages are narrowed; other choices stay whole. */
function inPlay(value: string): boolean {
  if (value in KEY_TYPES) return TYPES.has(value) || inUse(value);
  return !(value in USAGES) || inUse(value);
}

function isOld(token: Term): boolean {
  return token.kind === 'sealed' && token.header.masterKeyVersion === OLD_MASTER_KEYS;
}

function inUse(value: string): boolean {
  return (USES as ReadonlySet<string>).has(value);
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
