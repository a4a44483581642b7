/**
 * One node's end of its links: seals what it sends under the link of the topic, opens what it gets
 * only when the sealing link is one that may write to that topic. An issuer's key thus cannot speak
 * for another issuer's link.
 */
import { HmacKey, InputError, type Result, refused } from '@pinfold/crypto';
import { keyedHash } from './keyed-hash.js';
import { Recent } from './recent.js';
import type { BusRecord } from './record.js';
import { type DecodedRecord, decodeRecord, encodeRecord } from './record-codec.js';
import type { Sealer } from './sealer.js';

export interface WireOptions {
  readonly sealer: Sealer;
  /** Key of the keyed hashes (32 bytes), shared by all nodes that use the same topics. */
  readonly indexKey: Uint8Array;
  /** Link under which records for a topic are sealed. */
  readonly sendsUnder: Readonly<Record<string, string>>;
  /** Links whose records are taken from a topic. */
  readonly takesFrom: Readonly<Record<string, readonly string[]>>;
}

export interface OutgoingMessage {
  readonly topic: string;
  /** Terminal id or card number that the record's key is a keyed hash of. */
  readonly keyText: string;
  readonly bytes: Uint8Array;
  readonly correlation: string;
  readonly traceparent?: string;
}

/** Keyed hashes remembered: terminals and the cards in use. */
const HASHES_KEPT = 4096;

export class RecordWire {
  readonly #options: WireOptions;
  readonly #indexKey: HmacKey;
  readonly #hashes = new Recent<string>(HASHES_KEPT);

  constructor(options: WireOptions) {
    this.#options = options;
    this.#indexKey = HmacKey.of(options.indexKey);
  }

  /** Throws when no link is set for the topic, or the link has no sealing key. */
  seal({ topic, keyText, bytes, correlation, traceparent }: OutgoingMessage): BusRecord {
    const link = this.#options.sendsUnder[topic];
    if (link === undefined)
      throw new InputError('TOPIC_UNKNOWN', 'this node sends nothing to that topic');
    return encodeRecord(this.#options.sealer, {
      topic,
      key: this.indexOf(keyText),
      link,
      message: bytes,
      correlation,
      traceparent,
    });
  }

  open(record: BusRecord): Result<DecodedRecord, string> {
    const decoded = decodeRecord(this.#options.sealer, record);
    if (!decoded.ok) return decoded;
    const allowed = this.#options.takesFrom[record.topic];
    return allowed?.includes(decoded.value.link) ? decoded : refused('RECORD_LINK_REFUSED');
  }

  indexOf(text: string): string {
    const known = this.#hashes.get(text);
    if (known !== undefined) return known;
    const made = keyedHash(this.#indexKey, text);
    this.#hashes.set(text, made);
    return made;
  }
}
