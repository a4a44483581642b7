/**
 * The batch form of the MACs by name: whole messages under DES keys go through the engine together,
 * those of one algorithm and padding at a time; the others run one by one.
 */
import { iso9797MacMany } from '@pinfold/crypto';
import type { Core } from '../../core.js';
import type { BatchForm, Outcomes } from '../../declare/command.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { type Outcome, refusal } from '../../outcome.js';
import { LANES } from '../../pin/batch.js';
import { MAC_VARIANTS, type MacAsked, macKey } from './mac-variants.js';

/** Below this many messages one by one is as fast. */
const BATCH_FROM = 8;
const INVALID_TOKEN = refusal('TOKEN_INVALID');

interface Request extends MacAsked {
  readonly state?: string;
}

interface Job<I> {
  readonly input: I;
  readonly key: ClearKey;
  readonly place: number;
}

/** `conclude` makes the outcome of an input and its whole MAC; `single` is the command itself. */
export class MessageMacBatch<I extends Request, O> implements BatchForm<I, O> {
  readonly #conclude: (input: I, mac: Uint8Array) => Outcome<O>;
  readonly #single: (core: Core, input: I) => Outcome<O>;
  #jobs: Job<I>[] = [];

  constructor(
    conclude: (input: I, mac: Uint8Array) => Outcome<O>,
    single: (core: Core, input: I) => Outcome<O>,
  ) {
    this.#conclude = conclude;
    this.#single = single;
  }

  add(core: Core, input: I, place: number, outcomes: Outcomes<O>): boolean {
    const key = macKey(core, input);
    if (key === undefined) {
      outcomes[place] = INVALID_TOKEN;
      return false;
    }
    return this.#jobs.push({ input, key, place }) === LANES;
  }

  finish(core: Core, outcomes: Outcomes<O>): void {
    const groups = new Map<string, Job<I>[]>();
    for (const job of this.#jobs) {
      const { algorithm, padding = 1, state } = job.input;
      const together = state === undefined && MAC_VARIANTS[algorithm].cipher === 'des';
      const name = together ? `${algorithm} ${padding}` : '';
      const group = groups.get(name);
      if (group === undefined) groups.set(name, [job]);
      else group.push(job);
    }
    for (const [name, jobs] of groups) {
      if (name !== '' && jobs.length >= BATCH_FROM) this.#together(jobs, outcomes);
      else for (const { input, place } of jobs) outcomes[place] = this.#single(core, input);
    }
    this.clear();
  }

  #together(jobs: readonly Job<I>[], outcomes: Outcomes<O>): void {
    const { algorithm, padding = 1 } = jobs[0]!.input;
    const macs = iso9797MacMany({
      algorithm: algorithm === 'iso9797-1' ? 1 : 3,
      padding: padding as 1 | 2 | 3,
      keys: jobs.map(({ key }) => key.des!),
      messages: jobs.map(({ input }) => input.data),
    });
    jobs.forEach(({ input, place }, i) => {
      outcomes[place] = this.#conclude(input, macs[i]!);
    });
  }

  clear(): void {
    this.#jobs = [];
  }
}
