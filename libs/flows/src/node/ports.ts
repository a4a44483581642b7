/**
 * What a node (ATM fleet, switch, issuer) takes from outside. Under Nest these are Kafka or the
 * embedded bus, PostgreSQL and the CSPRNG; in the simulator a virtual clock, a faulty bus, memory
 * stores and a seed. A node holds nothing else, so the same object runs in both.
 */
import type { RandomBytes, Result } from '@pinfold/crypto';
import type { HsmClient } from '@pinfold/hsm-client';
import type { IsoMessage } from '@pinfold/iso8583';
import type { BusRecord } from '@pinfold/messages';
import type { Clock } from './clock.js';
import type { Timeouts } from './timeouts.js';

/** A message on its way out; the wire turns it into a sealed record. */
export interface Outgoing {
  readonly topic: string;
  /** What the record's key is a keyed hash of: terminal id or PAN. Never sent as it is. */
  readonly keyText: string;
  /** Packed message, MAC included. */
  readonly bytes: Uint8Array;
  /** `acquirer-rrn-terminal`, or the STAN of an 0800. */
  readonly correlation: string;
  readonly traceparent?: string;
}

/** A record opened and parsed. `bytes` is the packed message: MACs are over these. */
export interface Incoming {
  readonly message: IsoMessage;
  readonly bytes: Uint8Array;
  /** The link whose data key sealed it: `atm`, or the issuer's id. Who the sender can be. */
  readonly link: string;
  readonly correlation: string;
  readonly traceparent?: string;
}

/** Sealing and packing of records on the links of one node (data keys, index key, topics). */
export interface Wire {
  seal(outgoing: Outgoing): BusRecord;
  /** Refused: unknown data key, tampered record, or bytes that are no ISO 8583 message. */
  open(record: BusRecord): Result<Incoming, string>;
  /** Keyed hash of a card number or terminal id: what tables and record keys show in its place. */
  indexOf(text: string): string;
}

/** What happened, for metrics, logs, narration and the simulator's log. Holds no PAN, PIN or key. */
export interface Observation {
  /** `atm`, `switch`, `bank-a` … */
  readonly at: string;
  /** Stable name in kebab case, `request-verified`, `mac-invalid`, `issuer-timeout` … */
  readonly what: string;
  readonly terminal?: string;
  readonly rrn?: string;
  readonly responseCode?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean>>;
}

export type Observe = (observation: Observation) => void;

export interface NodePorts<S> {
  readonly clock: Clock;
  readonly random: RandomBytes;
  readonly hsm: HsmClient;
  readonly store: S;
  readonly wire: Wire;
  /** Resolves when the bus has accepted all; order per key is kept. A rejection means "unknown". */
  send(records: readonly BusRecord[]): Promise<void>;
  readonly observe: Observe;
  readonly timeouts?: Timeouts;
}
