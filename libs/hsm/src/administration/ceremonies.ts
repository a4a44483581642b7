/**
 * Key ceremonies: open, contribute or generate, combine, close. A ceremony knows which key is being
 * made, who its custodians are and who has contributed; shares carry its number in their tokens. A
 * closed ceremony is forgotten: its shares can never be used again.
 *
 * This is bookkeeping about names and numbers, never about keys: the symbolic model uses it as it is.
 */

import type { KeyType } from '../keys/key-types.js';
import type { Algorithm, UsageName } from '../keys/usages.js';

/** Open ceremonies at a time: one per terminal of a large fleet that is being loaded. */
export const MAX_OPEN_CEREMONIES = 4096;
export const MIN_CUSTODIANS = 2;
export const MAX_CUSTODIANS = 9;

export interface Ceremony {
  /** 16 hexadecimal characters. */
  readonly id: string;
  readonly type: KeyType;
  readonly usage: UsageName;
  readonly algorithm: Algorithm;
  readonly lengthBytes: number;
  readonly custodians: readonly string[];
  /** Indices (1-based) of the custodians who have contributed. */
  readonly contributed: readonly number[];
}

export type CeremonyPlan = Omit<Ceremony, 'id' | 'contributed'>;

export class Ceremonies {
  readonly #open = new Map<string, Ceremony>();
  #next: number;

  constructor(state: CeremoniesState = { next: 1, open: [] }) {
    this.#next = state.next;
    for (const ceremony of state.open) this.#open.set(ceremony.id, ceremony);
  }

  /** Undefined at the limit. */
  open(plan: CeremonyPlan): Ceremony | undefined {
    if (this.#open.size >= MAX_OPEN_CEREMONIES) return undefined;
    const id = this.#next.toString(16).toUpperCase().padStart(16, '0');
    this.#next += 1;
    const ceremony: Ceremony = { ...plan, id, contributed: [] };
    this.#open.set(id, ceremony);
    return ceremony;
  }

  find(id: string): Ceremony | undefined {
    return this.#open.get(id);
  }

  /** Notes the contribution of one custodian; undefined when it is not the custodian's turn. */
  contribute(id: string, custodian: string): number | undefined {
    const ceremony = this.#open.get(id);
    if (ceremony === undefined) return undefined;
    const index = ceremony.custodians.indexOf(custodian) + 1;
    if (index === 0 || ceremony.contributed.includes(index)) return undefined;
    this.#open.set(id, { ...ceremony, contributed: [...ceremony.contributed, index] });
    return index;
  }

  /** True when it was open. */
  close(id: string): boolean {
    return this.#open.delete(id);
  }

  get size(): number {
    return this.#open.size;
  }

  toState(): CeremoniesState {
    return { next: this.#next, open: [...this.#open.values()] };
  }
}

export interface CeremoniesState {
  readonly next: number;
  readonly open: readonly Ceremony[];
}
