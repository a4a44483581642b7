/**
 * The batch form of the card codes: those that are digits of one MAC (CVV, CVV2, iCVV) go through the
 * engine together, each under its own key; the others run one by one. Outcomes come in order, so that
 * failures count as they would one after the other.
 */
import { iso9797MacMany } from '@pinfold/crypto';
import { cardCodeBlocks, cardCodeDigits } from '@pinfold/pin';
import type { Core } from '../../core.js';
import type { BatchForm, Outcomes } from '../../declare/command.js';
import type { ClearKey } from '../../keys/clear-key.js';
import { done, type Outcome } from '../../outcome.js';
import { LANES } from '../../pin/batch.js';
import { CARD_CODES, type CodeAsked, codeKey, codeOf, codeText } from './card-codes.js';

/** Below this many codes one by one is as fast. */
const BATCH_FROM = 8;

interface Job<I> {
  readonly input: I;
  readonly place: number;
  /** Where the code is digits of a MAC: its key and text. */
  readonly key?: ClearKey;
  readonly text?: string;
}

/** `asked`: the code that an input is about; `conclude`: the outcome of an input and its code. */
export class CardCodeBatch<I extends CodeAsked, O> implements BatchForm<I, O> {
  readonly #asked: (input: I) => CodeAsked;
  readonly #conclude: (core: Core, input: I, made: Outcome<string>) => Outcome<O>;
  #jobs: Job<I>[] = [];

  constructor(
    asked: (input: I) => CodeAsked,
    conclude: (core: Core, input: I, made: Outcome<string>) => Outcome<O>,
  ) {
    this.#asked = asked;
    this.#conclude = conclude;
  }

  add(core: Core, input: I, place: number, _outcomes: Outcomes<O>): boolean {
    const opened = codeKey(core, input);
    const text = opened.ok ? codeText(input) : undefined;
    const job = opened.ok && text !== undefined ? { key: opened.value, text } : {};
    return this.#jobs.push({ input, place, ...job }) === LANES;
  }

  finish(core: Core, outcomes: Outcomes<O>): void {
    const together = this.#jobs.filter(({ key }) => key !== undefined);
    const macs =
      together.length < BATCH_FROM
        ? []
        : iso9797MacMany({
            algorithm: 3,
            padding: 0,
            keys: together.map(({ key }) => key!.des!),
            messages: together.map(({ text }) => cardCodeBlocks(text!)),
          });
    let next = 0;
    for (const { input, place, key } of this.#jobs) {
      const mac = key === undefined ? undefined : macs[next++];
      outcomes[place] = this.#conclude(
        core,
        input,
        mac === undefined
          ? codeOf(core, this.#asked(input))
          : done(cardCodeDigits(mac).slice(0, CARD_CODES[input.code].length)),
      );
    }
    this.clear();
  }

  clear(): void {
    this.#jobs = [];
  }
}
