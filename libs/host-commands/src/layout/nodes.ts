/**
 * The language of host-command layouts. A layout is a list of nodes; parser, builder, reference docs
 * and fuzz generator read the same list, so nothing about a command's fields is written twice.
 *
 * Characters are those of the wire (one byte each, ISO 8859-1). Lengths are in characters.
 */

import type { KeyRole, ReplyCode } from '@pinfold/hsm';

/** Which characters a field may have. */
export type CharClass = 'digits' | 'hex' | 'alnum' | 'text' | 'binary';

/** Format codes with account numbers of another length than 12. */
export const ACCOUNT_BY_FORMAT = { plus: '04', plusDigits: 18, aes: '48', digits: 12 } as const;

/** How long a field is. */
export type FieldLength =
  | number
  /** As an earlier field says, in decimal or hexadecimal, times `times`. */
  | {
      readonly from: string;
      readonly radix?: 10 | 16;
      readonly times?: number;
      readonly max: number;
    }
  /** By the value of an earlier field. */
  | {
      readonly by: string;
      readonly of: Readonly<Record<string, number>>;
      readonly otherwise: number;
    }
  /** By its own first character, which is one of the field. */
  | { readonly first: Readonly<Record<string, number>>; readonly otherwise: number }
  /** Up to a delimiter, which is consumed. */
  | { readonly until: string; readonly min: number; readonly max: number }
  /** A PIN block: 32 digits where the key token before it is an AES key block, else 16. */
  | { readonly blockOf: string }
  /**
   * An account number for PIN blocks whose format codes stand in the fields named: the 12 right-most
   * digits before the check digit; 18 for format 04; with 48 the whole PAN and `;` after it.
   */
  | { readonly accountFor: readonly string[] }
  /** All but so many characters of the message: no trailer can follow. */
  | { readonly beforeEnd: number; readonly max: number }
  /** Up to one of these characters, which is not consumed, or the end of the message. */
  | { readonly before: string; readonly max: number }
  /** As long as the DER element that stands there. */
  | { readonly der: 'element'; readonly max: number }
  /** A public key as hosts keep it, see `kept-key.ts`. */
  | { readonly keptKey: 'any form'; readonly max: number }
  /** As an earlier field says in decimal; where that is FFFF, a key block that tells its own length. */
  | { readonly fromOrBlock: string; readonly max: number }
  /** The device's PIN field: clear and enciphered PINs have its length. */
  | 'pin';

export interface FieldNode<N extends string = string, V = string> {
  readonly node: 'field';
  readonly name: N;
  readonly chars: CharClass;
  readonly length: FieldLength;
  /** What it may be, and what that means. */
  readonly choices?: Readonly<Record<string, string>>;
  readonly about?: string;
  /** Reply code when it is not one of the choices or has other characters; default 15. */
  readonly error?: ReplyCode;
  readonly $value?: V;
}

/** A key token: its scheme letter says how long it is. */
export interface KeyNode<N extends string = string> {
  readonly node: 'key';
  readonly name: N;
  /** The role that the key must have, or the field that holds its three-character type. */
  readonly role: KeyRole | { readonly typeFrom: string };
  /** Digits of a token without a scheme letter; by a field for BU. */
  readonly plain: 16 | 32 | { readonly by: string; readonly of: Readonly<Record<string, number>> };
  readonly about?: string;
}

/** Nodes that are there when an earlier field has one of the values. */
export interface WhenNode<L extends Layout = Layout> {
  readonly node: 'when';
  readonly field: string;
  readonly is: readonly string[];
  readonly then: L;
}

/** Nodes that are there when the key token of an earlier field is a key block of one of the usages. */
export interface WhenUsageNode<L extends Layout = Layout> {
  readonly node: 'when-usage';
  readonly key: string;
  readonly is: readonly string[];
  readonly then: L;
}

/** The usage that a key block states; undefined for other tokens. */
export function usageOf(token: unknown): string | undefined {
  return typeof token === 'string' && /^[SR]/.test(token) ? token.slice(6, 8) : undefined;
}

/** Nodes that are there when the next character is the delimiter (which is consumed). */
export interface OptionalNode<L extends Layout = Layout> {
  readonly node: 'optional';
  readonly delimiter: string;
  readonly then: L;
}

/** Nodes that are there when more than so many characters of the message are left. */
export interface UnlessEndNode<L extends Layout = Layout> {
  readonly node: 'unless-end';
  readonly leaving: number;
  readonly then: L;
}

/** Nodes that are there unless the message ends or one of these characters comes. */
export interface UnlessNextNode<L extends Layout = Layout> {
  readonly node: 'unless-next';
  readonly characters: string;
  readonly then: L;
}

/** A character that must be there. */
export interface LiteralNode {
  readonly node: 'literal';
  readonly text: string;
}

/** The same nodes as often as an earlier field says; to the end of the message where none does. */
export interface RepeatNode<N extends string = string, L extends Layout = Layout> {
  readonly node: 'repeat';
  readonly name: N;
  readonly count?: string;
  readonly max: number;
  readonly of: L;
}

export type Node =
  | FieldNode<string, unknown>
  | KeyNode
  | WhenNode
  | WhenUsageNode
  | OptionalNode
  | UnlessEndNode
  | UnlessNextNode
  | LiteralNode
  | RepeatNode;
// biome-ignore lint/suspicious/noExplicitAny: a layout inside a node is of any shape
export type Layout = readonly any[];

type Intersection<U> = (U extends unknown ? (x: U) => void : never) extends (x: infer I) => void
  ? I
  : never;
type ValuesOfNode<T> =
  T extends FieldNode<infer N, infer V>
    ? { [K in N]: V }
    : T extends KeyNode<infer N>
      ? { [K in N]: string }
      : T extends RepeatNode<infer N, infer L>
        ? { [K in N]: ValuesOf<L>[] }
        : T extends WhenNode<infer L>
          ? Partial<ValuesOf<L>>
          : T extends OptionalNode<infer L>
            ? Partial<ValuesOf<L>>
            : T extends UnlessEndNode<infer L> | UnlessNextNode<infer L> | WhenUsageNode<infer L>
              ? Partial<ValuesOf<L>>
              : Record<never, never>;
/** The values of a layout, by field; of any layout, anything. */
export type ValuesOf<L extends Layout> = 0 extends 1 & L[number]
  ? Record<string, unknown>
  : L extends readonly []
    ? Record<never, never>
    : Intersection<ValuesOfNode<L[number]>>;

interface FieldOptions {
  readonly about?: string;
  readonly error?: ReplyCode;
}

/** The characters that begin what may follow a field whose end nothing else shows. */
export const END_OF_FIELDS = '%#&!~;\x19';

/** What a length field says where a key block follows. */
export const LENGTH_OF_BLOCK = 'FFFF';

const field =
  (chars: CharClass) =>
  <const N extends string>(
    name: N,
    length: FieldLength,
    o: FieldOptions = {},
  ): FieldNode<N, string> => ({
    node: 'field',
    name,
    chars,
    length,
    ...o,
  });

export const digits = field('digits');
export const hex = field('hex');
export const alnum = field('alnum');
export const text = field('text');

/** Bytes as they are. */
export function binary<const N extends string>(
  name: N,
  length: FieldLength,
  o: FieldOptions = {},
): FieldNode<N, Uint8Array> {
  return { node: 'field', name, chars: 'binary', length, ...o };
}

/** One of a table of values, all of one length. */
export function choice<const N extends string, const C extends Readonly<Record<string, string>>>(
  name: N,
  choices: C,
  o: FieldOptions = {},
): FieldNode<N, keyof C & string> {
  const length = Object.keys(choices)[0]!.length;
  return { node: 'field', name, chars: 'text', length, choices, ...o };
}

export function key<const N extends string>(
  name: N,
  role: KeyNode['role'],
  o: { plain?: KeyNode['plain']; about?: string } = {},
): KeyNode<N> {
  return { node: 'key', name, role, plain: o.plain ?? 16, about: o.about };
}

export function when<const L extends Layout>(
  fieldName: string,
  is: string | readonly string[],
  ...then: L
): WhenNode<L> {
  return { node: 'when', field: fieldName, is: typeof is === 'string' ? [is] : is, then };
}

export function whenUsage<const L extends Layout>(
  keyName: string,
  is: readonly string[],
  ...then: L
): WhenUsageNode<L> {
  return { node: 'when-usage', key: keyName, is, then };
}

export function optional<const L extends Layout>(delimiter: string, ...then: L): OptionalNode<L> {
  return { node: 'optional', delimiter, then };
}

export function unlessEnd<const L extends Layout>(leaving: number, ...then: L): UnlessEndNode<L> {
  return { node: 'unless-end', leaving, then };
}

export function unlessNext<const L extends Layout>(
  characters: string,
  ...then: L
): UnlessNextNode<L> {
  return { node: 'unless-next', characters, then };
}

export function literal(character: string): LiteralNode {
  return { node: 'literal', text: character };
}

export function repeat<const N extends string, const L extends Layout>(
  name: N,
  o: { count?: string; max: number },
  ...of: L
): RepeatNode<N, L> {
  return { node: 'repeat', name, ...o, of };
}

/** Keeps the types of the nodes. */
export function layout<const L extends Layout>(...nodes: L): L {
  return nodes;
}
