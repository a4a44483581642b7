/** The batch form of the MAC commands: their messages go through the engine together. */
import type { Core } from '../../core.js';
import type { BatchForm, Outcomes } from '../../declare/command.js';
import type { ClearKey } from '../../keys/clear-key.js';
import type { ReadySlot } from '../../keys/key-store.js';
import { type Outcome, refusal } from '../../outcome.js';
import { LANES } from '../../pin/batch.js';
import type { Token } from '../../terms.js';
import { macsOf } from './mac.js';

const INVALID_TOKEN = refusal('TOKEN_INVALID');

interface MacRequest {
  readonly key: Token;
  readonly data: Uint8Array;
}

/** `conclude` makes the outcome of an input and its MAC. */
export class MacBatch<I extends MacRequest, O> implements BatchForm<I, O> {
  readonly #slot: ReadySlot;
  readonly #conclude: (input: I, mac: Uint8Array) => Outcome<O>;
  #jobs: { readonly key: ClearKey; readonly data: Uint8Array }[] = [];
  #inputs: I[] = [];
  #places: number[] = [];

  constructor(slot: ReadySlot, conclude: (input: I, mac: Uint8Array) => Outcome<O>) {
    this.#slot = slot;
    this.#conclude = conclude;
  }

  add(core: Core, input: I, place: number, outcomes: Outcomes<O>): boolean {
    const key = core.keys.open(input.key, this.#slot);
    if (key === undefined) {
      outcomes[place] = INVALID_TOKEN;
      return false;
    }
    this.#jobs.push({ key, data: input.data });
    this.#inputs.push(input);
    return this.#places.push(place) === LANES;
  }

  finish(_core: Core, outcomes: Outcomes<O>): void {
    const macs = macsOf(this.#jobs);
    for (let i = 0; i < macs.length; i++) {
      outcomes[this.#places[i]!] = this.#conclude(this.#inputs[i]!, macs[i]!);
    }
    this.clear();
  }

  clear(): void {
    this.#jobs = [];
    this.#inputs = [];
    this.#places = [];
  }
}
