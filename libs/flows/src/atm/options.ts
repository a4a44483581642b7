/** How one fleet is set up, and what it takes from outside. */
import type { NodePorts } from '../node.js';
import type { AtmBug } from './bugs.js';
import type { Dispenser } from './cassettes.js';
import type { AtmStore } from './store.js';

/** Seals card numbers for the journal. */
export interface PanVault {
  seal(pan: string): Uint8Array;
  /** Throws when the bytes are not of this vault: the journal was tampered with, or the key is gone. */
  open(sealed: Uint8Array): string;
}

export interface AtmOptions {
  /** DE 32. */
  readonly acquirer: string;
  /** DE 49, ISO 4217 numeric. */
  readonly currency: string;
  /** DE 18; default 6011, automated cash disbursement. */
  readonly merchantType?: string;
  /** DE 22; default 021, magnetic stripe with PIN entry. */
  readonly entryMode?: string;
  /** DE 42 of a terminal, 15 characters. */
  readonly acceptorId?: (terminal: string) => string;
  /** DE 43 of a terminal, 40 characters. */
  readonly acceptorName?: (terminal: string) => string;
  /** PIN pads take ECB cryptograms instead of key blocks: legacy mode only. */
  readonly legacyKeys?: boolean;
  /** Most orders in one journal transaction; further ones go into the next. Default 500. */
  readonly maxChunk?: number;
  readonly bugs?: ReadonlySet<AtmBug>;
}

export interface AtmPorts extends Omit<NodePorts<AtmStore>, 'hsm'> {
  readonly vault: PanVault;
  /** 32 bytes for a PIN pad's state: of the pad's own hardware, so never in the store. */
  readonly padStorageKey: (terminal: string) => Uint8Array;
  /**
   * Runs a function soon, once. Orders that come before it runs share a journal transaction: set
   * setImmediate or a timer of a few milliseconds, or the simulator's queue.
   */
  readonly schedule: (run: () => void) => void;
  /** Default: the notes that were planned come out. */
  readonly dispenser?: Dispenser;
}
