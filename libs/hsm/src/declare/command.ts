/**
 * The declaration of a command: the one place that says everything about it. From it come the
 * dispatcher's checks, the reference page, the typed client, the fuzzer and the analyser's model.
 *
 * There are two kinds. A `keyCommand` manages keys and is written against `Terms`, so that the
 * analyser can run it over symbols. A `dataCommand` works on data (PINs, MACs, tables): bytes only.
 */

import type { Ceremonies } from '../administration/ceremonies.js';
import type { UseLimits } from '../administration/use-limits.js';
import type { Core } from '../core.js';
import type { LifeState } from '../life-cycle.js';
import type { Outcome } from '../outcome.js';
import type { Role } from '../policy/roles.js';
import type { RuleId } from '../policy/rules.js';
import type { Session } from '../session.js';
import type { Terms } from '../terms.js';
import { type Infer, type Shape, shapeCheck } from './field.js';

/** Groups are the folders of `commands/` and the chapters of the reference. */
export const GROUPS = [
  'shares',
  'keys',
  'keyblocks',
  'pins',
  'cards',
  'dukpt',
  'emv',
  'macs',
  'data',
  'tables',
  'rsa',
  'tr34',
  'administration',
  /** A customer's own; the maker's reference has no such chapter. */
  'plugIns',
] as const;
export type Group = (typeof GROUPS)[number];

export interface Facts<N extends string, I extends Shape, O extends Shape, E extends string> {
  readonly name: N;
  readonly group: Group;
  /** One sentence for the reference, and the standard or paper. */
  readonly title: string;
  readonly source: string;
  /** Any of these roles; the first is the usual one. */
  readonly roles: readonly Role[];
  /** Two different identities are needed. */
  readonly dual?: boolean;
  readonly input: I;
  readonly output: O;
  /** The command's own errors in order of precedence: the first that applies is the answer. */
  readonly errors: readonly E[];
  /** Errors that are verdicts on the customer's input (a wrong PIN): counted, not audited. */
  readonly verdicts?: readonly E[];
  readonly rules: readonly RuleId[];
  /** Changes what the device keeps: audited, and a barrier in a batch. */
  readonly changes?: boolean;
  /** In which states of its life the device answers; `operational` alone where nothing is said. */
  readonly states?: readonly LifeState[];
  /** Token bucket that every call that was carried out takes from; see `Administration.quotas`. */
  readonly limit?: 'ceremonies';
  /** For demo devices only. */
  readonly demo?: boolean;
  /** Only in legacy mode; a rule refuses it in hardened mode. */
  readonly historical?: boolean;
}

/** What key commands see of the device beside `Terms`. The model supplies its own. */
export interface KeyEnv {
  /** Name of the caller. */
  readonly identity: string;
  readonly mode: 'legacy' | 'hardened';
  readonly ceremonies: Ceremonies;
  /** How often counted data keys may still be opened. */
  readonly uses: UseLimits;
}

export interface KeyCommand<
  N extends string = string,
  I extends Shape = Shape,
  O extends Shape = Shape,
  E extends string = string,
> extends Facts<N, I, O, E> {
  readonly meaning: 'terms';
  readonly accepts: (input: unknown) => boolean;
  run(t: Terms, input: Infer<I>, env: KeyEnv): Infer<O>;
}

export interface DataCommand<
  N extends string = string,
  I extends Shape = Shape,
  O extends Shape = Shape,
  E extends string = string,
> extends Facts<N, I, O, E> {
  readonly meaning: 'bytes';
  readonly accepts: (input: unknown) => boolean;
  run(core: Core, input: Infer<I>, session: Session): Outcome<Infer<O>>;
  readonly batch?: BatchForm<Infer<I>, Infer<O>>;
}

/** The outcomes of a list of jobs by their places in it; those to come are undefined. */
export type Outcomes<O> = (Outcome<O> | undefined)[];

/**
 * The batch form of a command: it is given its jobs one by one, and does for all of them at once what
 * is cheaper so. Each outcome is what `run` would give if the jobs came one after the other. Its work
 * area is its own, so it serves one list at a time.
 */
export interface BatchForm<I = never, O = unknown> {
  /** Takes a checked input; its outcome goes to `outcomes[place]`, now or by `finish`. True: full. */
  add(core: Core, input: I, place: number, outcomes: Outcomes<O>): boolean;
  /** Gives the outcomes that are open, and forgets their jobs. */
  finish(core: Core, outcomes: Outcomes<O>): void;
  /** Forgets the jobs whose outcomes are open. */
  clear(): void;
}

export type AnyCommand = KeyCommand | DataCommand;

export function keyCommand<
  const N extends string,
  I extends Shape,
  O extends Shape,
  const E extends string,
>(
  declared: Facts<N, I, O, E> & {
    run(t: Terms, input: Infer<I>, env: KeyEnv): Infer<O>;
  },
): KeyCommand<N, I, O, E> {
  return { ...declared, meaning: 'terms', accepts: shapeCheck(declared.input) };
}

export function dataCommand<
  const N extends string,
  I extends Shape,
  O extends Shape,
  const E extends string,
>(
  declared: Facts<N, I, O, E> & {
    run(core: Core, input: Infer<I>, session: Session): Outcome<Infer<O>>;
    batch?: BatchForm<Infer<I>, Infer<O>>;
    /** The input check written out, for the hottest commands; a test holds it to the fields. */
    accepts?: (input: unknown) => boolean;
  },
): DataCommand<N, I, O, E> {
  return { accepts: shapeCheck(declared.input), ...declared, meaning: 'bytes' };
}
