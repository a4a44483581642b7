/**
 * Bottom-up saturation: every command is tried with every known input, and what comes out is known from
 * then on, with where it came from, until nothing new comes or a bound is met. Beside the commands
 * stand the attacker's own means (`attacker-means.ts`).
 */
import { toHex } from '@pinfold/crypto';
import {
  type AnyCommand,
  COMMANDS,
  type KeyCommand,
  type Policy,
  type Role,
  type TokenSlot,
} from '@pinfold/hsm';
import { actAlone } from './attacker-means.js';
import { CUSTODIANS, inputsOf, type Known } from './candidates.js';
import { modelEnv } from './model-state.js';
import type { Step } from './step.js';
import { BranchEnds, SymbolicTerms } from './symbolic-terms.js';
import { type Plain, type Term, TermTable } from './symbols.js';

export interface Bounds {
  /** Names in a sum. */
  readonly summands: number;
  readonly facts: number;
  readonly rounds: number;
}

export const DEFAULT_BOUNDS: Bounds = { summands: 2, facts: 6_000, rounds: 8 };

/** Rounds after the first leak: other ways, and other secrets, are hardly longer. */
const ROUNDS_AFTER_LEAK = 2;
/** Ways that are kept to one goal. */
const MAX_WAYS = 4;

export interface Fact {
  readonly term: Term;
  readonly step: Step | undefined;
}

export interface Saturation {
  readonly facts: ReadonlyMap<string, Fact>;
  /** Goals that were reached, with every last step that gave them: one way for each command. */
  readonly ways: ReadonlyMap<string, readonly Step[]>;
  readonly fixedPoint: boolean;
  readonly rounds: number;
  readonly bound: string | undefined;
  /** Commands that answered some input. */
  readonly answered: ReadonlySet<string>;
}

export interface Attempt {
  readonly table: TermTable;
  readonly policy: Policy;
  readonly commands: readonly string[];
  /** Roles that the attacker has; rule M17.roles judges. */
  readonly roles: readonly Role[];
  readonly known: readonly Term[];
  /** Whether the first custodian is the attacker's, and opens the envelopes. */
  readonly ownCustodian: boolean;
  readonly goals: readonly string[];
  readonly bounds?: Bounds;
}

/** The custodian whose envelope the attacker opens. */
const OWN = CUSTODIANS[0]!;

export function saturate(attempt: Attempt): Saturation {
  return new Saturator(attempt).run();
}

class Saturator {
  readonly #attempt: Attempt;
  readonly #bounds: Bounds;
  readonly #facts = new Map<string, Fact>();
  readonly #ceremonies = new Set<string>();
  #seen = new Set<unknown>();
  readonly #opened = new Map<TokenSlot, Map<Term, boolean>>();
  #bound: string | undefined;
  readonly #answered = new Set<string>();
  readonly #ways = new Map<string, Step[]>();

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
    this.#bounds = attempt.bounds ?? DEFAULT_BOUNDS;
    for (const term of attempt.known) this.#facts.set(term.text, { term, step: undefined });
  }

  run(): Saturation {
    let rounds = 0;
    let last = this.#bounds.rounds;
    for (let before = -1; before !== this.#facts.size; ) {
      before = this.#facts.size;
      if (this.#ways.size > 0) last = Math.min(last, rounds + ROUNDS_AFTER_LEAK);
      if (rounds === last && this.#ways.size === 0) this.#bound ??= `${last} rounds`;
      if (rounds === last || this.#facts.size >= this.#bounds.facts) break;
      rounds += 1;
      this.#outside();
      const known = this.#sorted(rounds === 1);
      for (const name of this.#attempt.commands) this.#apply(name, known);
      this.#outside();
    }
    const { facts: most } = this.#bounds;
    if (this.#facts.size >= most) this.#bound ??= `${most} facts`;
    const fixedPoint = this.#bound === undefined && this.#ways.size === 0;
    return {
      facts: this.#facts,
      ways: this.#ways,
      fixedPoint,
      rounds,
      bound: this.#bound,
      answered: this.#answered,
    };
  }

  #sorted(first: boolean): Known {
    const all = [...this.#facts.values()].map(({ term }) => term);
    const everything = [...all, ...this.#ceremonies];
    const fresh = new Set(everything.filter((one) => !this.#seen.has(one)));
    this.#seen = new Set(everything);
    const of = (kind: Term['kind']) => all.filter((term) => term.kind === kind);
    return {
      tokens: of('sealed'),
      carried: of('carried'),
      tagged: of('tagged'),
      private: of('private'),
      enciphered: of('enciphered'),
      clear: of('plain'),
      ceremonies: [...this.#ceremonies],
      fresh: first ? undefined : fresh,
      opens: (token, slot) => this.#opens(token, slot),
    };
  }

  /** Whether a token opens in a slot: asked of the meaning itself, once for each pair. */
  #opens(token: Term, slot: TokenSlot): boolean {
    let known = this.#opened.get(slot);
    if (known === undefined) {
      known = new Map();
      this.#opened.set(slot, known);
    }
    let opens = known.get(token);
    if (opens === undefined) {
      const { table, policy } = this.#attempt;
      const terms = new SymbolicTerms({
        table,
        policy,
        command: '',
        call: () => '',
        delivered: () => undefined,
      });
      opens = true;
      try {
        terms.open(token as unknown as string, slot);
      } catch (error) {
        if (!(error instanceof BranchEnds)) throw error;
        opens = false;
      }
      known.set(token, opens);
    }
    return opens;
  }

  #apply(name: string, known: Known): void {
    const command = (COMMANDS as unknown as Record<string, AnyCommand>)[name];
    if (command?.meaning !== 'terms') return;
    const { policy, roles } = this.#attempt;
    if (policy.on['M17.roles'] && !command.roles.some((role) => roles.includes(role))) return;
    // The attacker is one person.
    if (command.dual === true && policy.on['M17.dual-control']) return;
    for (const input of inputsOf(command, known)) {
      if (this.#facts.size >= this.#bounds.facts) return;
      this.#call(command, input);
    }
  }

  #call(command: KeyCommand, input: Readonly<Record<string, unknown>>): void {
    const delivered: Plain[] = [];
    const { table, policy } = this.#attempt;
    const terms = new SymbolicTerms({
      table,
      policy,
      command: command.name,
      call: () => `${command.name}(${textOf(input)})`,
      delivered: (custodian, term) => {
        if (custodian === OWN && this.#attempt.ownCustodian) delivered.push(term);
      },
    });
    const env = modelEnv(OWN, policy.mode);
    let output: Record<string, unknown>;
    try {
      output = command.run(terms, input as never, env) as Record<string, unknown>;
    } catch (error) {
      if (error instanceof BranchEnds) return;
      throw error;
    }
    this.#answered.add(command.name);
    const step = { command: command.name, input, output, needs: termsIn(input) };
    if (typeof output.ceremony === 'string') this.#ceremonies.add(output.ceremony);
    for (const term of [...termsOf(output), ...delivered]) this.#learn(term, step);
  }

  #learn(term: Term, step: Step): void {
    if (this.#attempt.goals.includes(term.text)) this.#wayTo(term.text, step);
    if (this.#facts.has(term.text)) return;
    if (largestSum(term) > this.#bounds.summands) {
      this.#bound ??= `sums of ${this.#bounds.summands} names`;
      return;
    }
    this.#facts.set(term.text, { term, step });
  }

  /** Another way to a goal, unless it leads through the goal itself. */
  #wayTo(goal: string, step: Step): void {
    const ways = this.#ways.get(goal) ?? [];
    const known = ways.some(({ command }) => command === step.command);
    if (known || ways.length >= MAX_WAYS || this.#needs(step, goal)) return;
    this.#ways.set(goal, [...ways, step]);
  }

  #needs(step: Step, goal: string, seen = new Set<string>()): boolean {
    return step.needs.some((need) => {
      if (need === goal) return true;
      if (seen.has(need)) return false;
      seen.add(need);
      const before = this.#facts.get(need)?.step;
      return before !== undefined && this.#needs(before, goal, seen);
    });
  }

  #outside(): void {
    const { table, policy } = this.#attempt;
    const means = {
      table,
      policy,
      known: () => [...this.#facts.values()].map(({ term }) => term),
      knows: (text: string) => this.#facts.has(text),
      learn: (term: Term, step: Step) => this.#learn(term, step),
    };
    for (let before = -1; before !== this.#facts.size; ) {
      before = this.#facts.size;
      actAlone(means);
    }
  }
}

function isTerm(value: unknown): value is Term {
  return typeof value === 'object' && value !== null && 'kind' in value && 'text' in value;
}

export function termsOf(value: unknown): Term[] {
  if (isTerm(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(termsOf);
  if (value instanceof Uint8Array) return [];
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(termsOf);
  return [];
}

function termsIn(input: object): string[] {
  return [...new Set(termsOf(input).map(({ text }) => text))];
}

/** An input as people read it, and as the set of tried calls knows it. */
export function textOf(value: unknown): string {
  if (isTerm(value)) return value.text;
  if (value instanceof Uint8Array) return toHex(value);
  if (Array.isArray(value)) return `[${value.map(textOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    if ('length' in value && 'term' in value) {
      return `${textOf(value.term)} as ${String(value.length)} bytes`;
    }
    return Object.entries(value)
      .map(([name, one]) => `${name}: ${textOf(one)}`)
      .join(', ');
  }
  return String(value);
}

function largestSum(term: Term): number {
  switch (term.kind) {
    case 'plain':
      return term.names.length;
    case 'sealed':
      return term.key.term.names.length;
    case 'carried':
      return Math.max(term.under.term.names.length, term.key.term.names.length);
    case 'tagged':
      return Math.max(term.under.term.names.length, term.inside.names.length);
    case 'enciphered':
      return term.key.term.names.length;
    default:
      return 0;
  }
}
