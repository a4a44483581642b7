/**
 * Fields of command inputs and outputs: a type, a check and a description in one value.
 * The dispatcher checks with `accepts` (it allocates nothing), the generator of the reference
 * pages, the fuzzer and the analyser read `spec`, TypeScript reads `$type`.
 */
import { isBytes } from '@pinfold/crypto';
import type { KeyType } from '../keys/key-types.js';
import type { UsageName } from '../keys/usages.js';
import type { Token } from '../terms.js';
import type { Part } from '../tokens/header.js';

export type FieldSpec =
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number; readonly step: number }
  | { readonly kind: 'digits'; readonly min: number; readonly max: number }
  | { readonly kind: 'hex'; readonly min: number; readonly max: number }
  | { readonly kind: 'text'; readonly min: number; readonly max: number }
  | { readonly kind: 'integer'; readonly min: number; readonly max: number }
  | { readonly kind: 'choice'; readonly of: readonly string[] }
  | { readonly kind: 'token'; readonly slot: TokenSlot }
  | { readonly kind: 'flag' }
  | {
      readonly kind: 'list';
      readonly of: Field<unknown>;
      readonly min: number;
      readonly max: number;
    }
  | { readonly kind: 'object'; readonly fields: Shape };

export interface TokenSlot {
  readonly types: readonly KeyType[];
  readonly usages?: readonly UsageName[];
  readonly part: Part;
}

export interface Field<T> {
  readonly spec: FieldSpec;
  readonly doc: string;
  /** Never in logs, audit entries or fuzz reports. */
  readonly secret: boolean;
  readonly optional: boolean;
  accepts(value: unknown): boolean;
  /** Carries the type for the compiler; absent at run time. */
  readonly $type: T;
}
export type OptionalField<T> = Field<T> & { readonly optional: true };
export type Shape = Readonly<Record<string, Field<unknown>>>;

type OptionalNames<S extends Shape> = {
  [K in keyof S]: S[K] extends { readonly optional: true } ? K : never;
}[keyof S];
type Flat<T> = { [K in keyof T]: T[K] };
export type Infer<S extends Shape> = Flat<
  { [K in Exclude<keyof S, OptionalNames<S>>]: S[K]['$type'] } & {
    [K in OptionalNames<S>]?: S[K]['$type'];
  }
>;

function field<T>(
  spec: FieldSpec,
  doc: string,
  accepts: (value: unknown) => boolean,
): Field<T> & {
  readonly optional: false;
} {
  return { spec, doc, secret: false, optional: false, accepts } as Field<T> & { optional: false };
}

export interface Size {
  readonly length?: number;
  readonly min?: number;
  readonly max?: number;
}

function bounds(size: Size): { min: number; max: number } {
  const min = size.length ?? size.min ?? 0;
  return { min, max: size.length ?? size.max ?? min };
}

/** Bytes; the length is a multiple of `step`. */
export function bytes(doc: string, size: Size & { step?: number }) {
  const { min, max } = bounds(size);
  const step = size.step ?? 1;
  return field<Uint8Array>(
    { kind: 'bytes', min, max, step },
    doc,
    (value) =>
      (value instanceof Uint8Array || isBytes(value)) &&
      value.length >= min &&
      value.length <= max &&
      (step === 1 || value.length % step === 0),
  );
}

/** Decimal digits as a string: leading zeros stay. */
export function digits(doc: string, size: Size) {
  const { min, max } = bounds(size);
  return field<string>({ kind: 'digits', min, max }, doc, (value) => {
    if (typeof value !== 'string') return false;
    const { length } = value;
    if (length < min || length > max) return false;
    for (let i = 0; i < length; i++) {
      const code = value.charCodeAt(i);
      if (code < 48 || code > 57) return false;
    }
    return true;
  });
}

/** Hexadecimal characters, upper case; size in characters. */
export function hex(doc: string, size: Size) {
  const { min, max } = bounds(size);
  return field<string>({ kind: 'hex', min, max }, doc, (value) => {
    if (typeof value !== 'string' || value.length < min || value.length > max) return false;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code < 48 || code > 70 || (code > 57 && code < 65)) return false;
    }
    return true;
  });
}

/** Printable ASCII. */
export function text(doc: string, size: Size) {
  const { min, max } = bounds(size);
  return field<string>({ kind: 'text', min, max }, doc, (value) => {
    if (typeof value !== 'string' || value.length < min || value.length > max) return false;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code < 0x20 || code > 0x7e) return false;
    }
    return true;
  });
}

/** Text that something else proves: only its length is looked at. */
export function opaqueText(doc: string, size: Size) {
  const { min, max } = bounds(size);
  return field<string>(
    { kind: 'text', min, max },
    doc,
    (value) => typeof value === 'string' && value.length >= min && value.length <= max,
  );
}

export function integer(doc: string, range: { min: number; max: number }) {
  return field<number>(
    { kind: 'integer', ...range },
    doc,
    (value) => Number.isInteger(value) && Number(value) >= range.min && Number(value) <= range.max,
  );
}

export function flag(doc: string) {
  return field<boolean>({ kind: 'flag' }, doc, (value) => typeof value === 'boolean');
}

export function choice<const C extends readonly string[]>(doc: string, of: C) {
  return field<C[number]>(
    { kind: 'choice', of },
    doc,
    (value) => typeof value === 'string' && of.includes(value),
  );
}

/** Longest text form of a token: header, share extension, 64 key bytes, tag; in hexadecimal. */
export const TOKEN_TEXT_MAX = 256;

/** A token for that slot. Whether it is one is for the token scheme to say, with one answer. */
export function token(doc: string, slot: Omit<TokenSlot, 'part'> & { part?: Part }) {
  return field<Token>(
    { kind: 'token', slot: { ...slot, part: slot.part ?? 'key' } },
    doc,
    (value) => typeof value === 'string' && value.length > 0 && value.length <= TOKEN_TEXT_MAX,
  );
}

export function list<T>(doc: string, of: Field<T>, size: { min: number; max: number }) {
  return field<T[]>(
    { kind: 'list', of, ...size },
    doc,
    (value) =>
      Array.isArray(value) &&
      value.length >= size.min &&
      value.length <= size.max &&
      value.every((item) => of.accepts(item)),
  );
}

export function object<S extends Shape>(doc: string, fields: S) {
  const accepts = shapeCheck(fields);
  return field<Infer<S>>({ kind: 'object', fields }, doc, accepts);
}

export function optional<T>(inner: Field<T>): OptionalField<T> {
  return {
    ...inner,
    optional: true,
    accepts: (value: unknown) => value === undefined || inner.accepts(value),
  } as OptionalField<T>;
}

export function secret<F extends Field<unknown>>(inner: F): F {
  return { ...inner, secret: true };
}

/** Checks the declared members of a value; members that nobody declared are not looked at. */
export function shapeCheck(shape: Shape): (value: unknown) => boolean {
  const names = Object.keys(shape);
  const fields = names.map((name) => shape[name]!);
  return (value) => {
    if (typeof value !== 'object' || value === null) return false;
    const members = value as Record<string, unknown>;
    for (let i = 0; i < names.length; i++) {
      if (!fields[i]!.accepts(members[names[i]!])) return false;
    }
    return true;
  };
}
