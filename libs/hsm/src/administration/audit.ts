/**
 * The audit chain: one line of JSON per entry, each with a sequence number and a MAC over the line
 * and the MAC before it. Every `CHECKPOINT_EVERY` entries, and on demand, a checkpoint entry is
 * signed (Ed25519), so that someone without the MAC key can verify the chain's past too: every line
 * also carries the SHA-256 of the line before it.
 *
 * A chain that is cut at its end is a valid chain, only shorter: hold it against the newest
 * checkpoint that is known from elsewhere (the device's status, a signed checkpoint kept apart).
 */
import {
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  type KeyObject,
  sign,
} from 'node:crypto';

export const CHECKPOINT_EVERY = 1000;
/** Before the first entry. */
export const GENESIS = '0'.repeat(64);

/** What happened; never a secret: no key, PIN, PIN block, PAN or passphrase. */
export interface AuditFacts {
  readonly event: string;
  readonly who?: string;
  readonly command?: string;
  readonly code?: string;
  readonly rule?: string;
  readonly detail?: string;
}

export interface AuditEntry extends AuditFacts {
  readonly seq: number;
  /** ISO 8601. */
  readonly at: string;
  /** SHA-256 of the line before. */
  readonly prev: string;
  /** On checkpoints: Ed25519 over `seq prev`, hexadecimal. */
  readonly signature?: string;
  readonly mac: string;
}

export interface AuditState {
  readonly seq: number;
  readonly prev: string;
  /** 32 bytes each, hexadecimal: MAC key and Ed25519 seed. */
  readonly key: string;
  readonly seed: string;
}

/** PKCS#8 of an Ed25519 seed: RFC 8410. */
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex');

export class AuditChain {
  readonly #sink: (line: string) => void;
  readonly #key: KeyObject;
  readonly #signing: KeyObject;
  readonly #secrets: { key: string; seed: string };
  #seq: number;
  #prev: string;

  constructor(state: AuditState, sink: (line: string) => void) {
    this.#sink = sink;
    this.#secrets = { key: state.key, seed: state.seed };
    this.#key = createSecretKey(Buffer.from(state.key, 'hex'));
    this.#signing = createPrivateKey({
      key: Buffer.concat([PKCS8_ED25519, Buffer.from(state.seed, 'hex')]),
      format: 'der',
      type: 'pkcs8',
    });
    this.#seq = state.seq;
    this.#prev = state.prev;
  }

  append(facts: AuditFacts, now: number): void {
    this.#write(facts, now);
    if (this.#seq % CHECKPOINT_EVERY === 0) this.checkpoint(now);
  }

  /** Signs where the chain stands; keep the answer apart from the chain. */
  checkpoint(now: number): AuditCheckpoint {
    const signed = { seq: this.#seq, prev: this.#prev };
    const signature = sign(null, checkpointBytes(signed), this.#signing).toString('hex');
    this.#write({ event: 'checkpoint' }, now, signature);
    return { ...signed, signature };
  }

  /** Entries written, and the hash of the last line: what a cut chain is held against. */
  get head(): { readonly seq: number; readonly prev: string } {
    return { seq: this.#seq, prev: this.#prev };
  }

  /** For whoever verifies checkpoints: SPKI, PEM. */
  get publicKey(): string {
    return createPublicKey(this.#signing).export({ type: 'spki', format: 'pem' }).toString();
  }

  /** Holds secrets: for the sealed state only. */
  toState(): AuditState {
    return { seq: this.#seq, prev: this.#prev, ...this.#secrets };
  }

  #write(facts: AuditFacts, now: number, signature?: string): void {
    const body = {
      seq: this.#seq + 1,
      at: new Date(now).toISOString(),
      ...facts,
      ...(signature === undefined ? {} : { signature }),
      prev: this.#prev,
    };
    const mac = macOf(this.#key, JSON.stringify(body));
    const line = JSON.stringify({ ...body, mac });
    this.#seq += 1;
    this.#prev = hashOf(line);
    this.#sink(line);
  }
}

export interface AuditCheckpoint {
  readonly seq: number;
  readonly prev: string;
  readonly signature: string;
}

export function checkpointBytes({ seq, prev }: { seq: number; prev: string }): Buffer {
  return Buffer.from(`pinfold audit checkpoint ${seq} ${prev}`);
}

export function macOf(key: KeyObject, text: string): string {
  return createHmac('sha256', key).update(text).digest('hex');
}

export function hashOf(line: string): string {
  return createHash('sha256').update(line).digest('hex');
}
