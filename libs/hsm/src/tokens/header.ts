/**
 * What a token says about itself. Rules read nothing else, and the header has the same members in
 * both meanings of `Terms`, so a rule holds for the device and for the model alike.
 * In `legacy` a token says nothing: the slot that it is given to decides (`typed` is false).
 */
import { createHash } from 'node:crypto';
import type { KeyType } from '../keys/key-types.js';
import type { Algorithm, UsageName } from '../keys/usages.js';

/** A whole key, a share of a key, or a data key bound to a context. */
export const PARTS = ['key', 'share', 'data'] as const;
export type Part = (typeof PARTS)[number];

/** Which share of which ceremony, and whose. */
export interface ShareFacts {
  readonly ceremony: string;
  /** 1-based. */
  readonly index: number;
  readonly of: number;
  readonly custodian: string;
}

export interface TokenHeader {
  /** False where nothing vouches for the members: the token is untyped. */
  readonly typed: boolean;
  readonly part: Part;
  readonly type: KeyType;
  readonly usage: UsageName;
  readonly algorithm: Algorithm;
  readonly lengthBytes: number;
  /** X9.143: E = exportable under a trusted key, N = not. */
  readonly exportability: 'E' | 'N';
  /** Six hexadecimal digits. */
  readonly checkValue: string;
  readonly masterKeyVersion: number;
  readonly share?: ShareFacts;
  /** Digest (hex) of the context that a data key is bound to. */
  readonly context?: string;
}

/** What an exporting command may choose of a key block's header; the rest follows from the key. */
export interface BlockHeader {
  readonly version: 'A' | 'B' | 'C' | 'D' | 'E';
  readonly usage: string;
  readonly modeOfUse: string;
  readonly keyVersion?: string;
  readonly exportability: 'E' | 'N' | 'S';
  readonly blocks: readonly (readonly [id: string, data: string])[];
}

/** What a command states when it seals a key; the rest follows from the key. */
export interface SealAs {
  readonly usage: UsageName;
  readonly part?: Part;
  readonly exportability?: 'E' | 'N';
  readonly share?: ShareFacts;
  readonly context?: string;
  /** Transport only: a key block with this header, whatever rule M8 says. */
  readonly block?: BlockHeader;
  /** Transport only: what the header says other than the usage's, where rule M8 asks for a block. */
  readonly header?: Omit<BlockHeader, 'version'>;
}

/** What a share's header holds of a custodian's name: six bytes, in hexadecimal. */
export function custodianDigest(name: string): string {
  return createHash('sha256').update(name).digest('hex').slice(0, 12).toUpperCase();
}
