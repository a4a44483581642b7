/**
 * Bottom-up saturation: every command is tried with every known input, and what comes out is known from
 * then on, with where it came from, until nothing new comes or a bound is met. Beside the commands
 * stand the attacker's own means: opening what is under a known key, and adding known values.
 */
import {
  type AnyCommand,
  type Ceremonies,
  type CeremonyPlan,
  COMMANDS,
  type KeyCommand,
  type Policy,
  type Role,
  type TokenSlot,
} from '@pinfold/hsm';
import { CUSTODIANS, inputsOf, type Known } from './candidates.js';
import { BranchEnds, SymbolicTerms } from './symbolic-terms.js';
import { type Plain, type Term, TermTable } from './symbols.js';

export interface Bounds {
  /** Names in a sum. */
  readonly summands: number;
  readonly facts: number;
  readonly rounds: number;
}

export const DEFAULT_BOUNDS: Bounds = { summands: 2, facts: 6_000, rounds: 8 };

export interface Step {
  /** A command of the device, or what the attacker does alone. */
  readonly command: string;
  readonly input: Readonly<Record<string, unknown>>;
  readonly output: Readonly<Record<string, unknown>>;
  readonly needs: readonly string[];
}

export interface Fact {
  readonly term: Term;
  readonly step: Step | undefined;
}

export interface Saturation {
  readonly facts: ReadonlyMap<string, Fact>;
  readonly fixedPoint: boolean;
  readonly rounds: number;
  readonly bound: string | undefined;
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

  constructor(attempt: Attempt) {
    this.#attempt = attempt;
    this.#bounds = attempt.bounds ?? DEFAULT_BOUNDS;
    for (const term of attempt.known) this.#facts.set(term.text, { term, step: undefined });
  }

  run(): Saturation {
    let rounds = 0;
    for (let before = -1; before !== this.#facts.size; ) {
      before = this.#facts.size;
      rounds += 1;
      if (rounds > this.#bounds.rounds) this.#bound ??= `${this.#bounds.rounds} rounds`;
      if (this.#finished()) break;
      this.#outside();
      const known = this.#sorted(rounds === 1);
      for (const name of this.#attempt.commands) this.#apply(name, known);
      this.#outside();
    }
    const { facts: most } = this.#bounds;
    if (this.#facts.size >= most) this.#bound ??= `${most} facts`;
    const fixedPoint = this.#bound === undefined && !this.#reached();
    return { facts: this.#facts, fixedPoint, rounds, bound: this.#bound };
  }

  #reached(): boolean {
    return this.#attempt.goals.every((goal) => this.#facts.has(goal));
  }

  #finished(): boolean {
    const { facts, rounds } = this.#bounds;
    return this.#reached() || this.#facts.size >= facts || this.#bound === `${rounds} rounds`;
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
      call: () => `${command.name}(${textOf(input)})`,
      delivered: (custodian, term) => {
        if (custodian === OWN && this.#attempt.ownCustodian) delivered.push(term);
      },
    });
    const env = { identity: OWN, mode: policy.mode, ceremonies: alwaysOpen() };
    let output: Record<string, unknown>;
    try {
      output = command.run(terms, input as never, env) as Record<string, unknown>;
    } catch (error) {
      if (error instanceof BranchEnds) return;
      throw error;
    }
    const step = { command: command.name, input, output, needs: termsIn(input) };
    if (typeof output.ceremony === 'string') this.#ceremonies.add(output.ceremony);
    for (const term of [...termsOf(output), ...delivered]) this.#learn(term, step);
  }

  #learn(term: Term, step: Step): void {
    if (this.#facts.has(term.text)) return;
    if (largestSum(term) > this.#bounds.summands) {
      this.#bound ??= `sums of ${this.#bounds.summands} names`;
      return;
    }
    this.#facts.set(term.text, { term, step });
  }

  /** Without the device: open what is under a known key, add what is known if that makes it shorter. */
  #outside(): void {
    for (let before = -1; before !== this.#facts.size; ) {
      before = this.#facts.size;
      for (const { term } of [...this.#facts.values()]) {
        if (term.kind !== 'carried' && term.kind !== 'tagged') continue;
        const key = term.under.term;
        if (!this.#facts.has(key.text)) continue;
        const inside = term.kind === 'carried' ? term.key.term : term.inside;
        const needs = [term.text, key.text];
        const output = { inside };
        this.#learn(inside, { command: '(decipher)', input: { term, key }, output, needs });
      }
      this.#add();
    }
  }

  #add(): void {
    const plain = [...this.#facts.values()].flatMap(({ term }) =>
      term.kind === 'plain' ? [term] : [],
    );
    for (const a of plain) {
      for (const b of plain) {
        if (a.text >= b.text) continue;
        const sum = this.#attempt.table.xor(a, b);
        if (sum.names.length >= Math.max(a.names.length, b.names.length)) continue;
        const needs = [a.text, b.text];
        this.#learn(sum, { command: '(xor)', input: { a, b }, output: { sum }, needs });
      }
    }
  }
}

/** The ceremonies of the model: always open, and named by what they are for. More than a device allows. */
function alwaysOpen(): Ceremonies {
  const opened = (plan: CeremonyPlan) => ({
    ...plan,
    id: `ceremony ${plan.usage} ${plan.algorithm} ${plan.lengthBytes}`,
    contributed: [],
  });
  const model = {
    open: opened,
    find(id: string) {
      const [, usage, algorithm, lengthBytes] = id.split(' ');
      if (usage === undefined) return undefined;
      const plan = { usage, algorithm, lengthBytes: Number(lengthBytes), custodians: CUSTODIANS };
      return { ...plan, type: undefined, id, contributed: [] };
    },
    contribute: (_id: string, custodian: string) => CUSTODIANS.indexOf(custodian) + 1 || undefined,
    close: () => true,
  };
  return model as unknown as Ceremonies;
}

function isTerm(value: unknown): value is Term {
  return typeof value === 'object' && value !== null && 'kind' in value && 'text' in value;
}

export function termsOf(value: unknown): Term[] {
  if (isTerm(value)) return [value];
  if (Array.isArray(value)) return value.flatMap(termsOf);
  if (typeof value === 'object' && value !== null) return Object.values(value).flatMap(termsOf);
  return [];
}

function termsIn(input: object): string[] {
  return [...new Set(termsOf(input).map(({ text }) => text))];
}

/** An input as people read it, and as the set of tried calls knows it. */
export function textOf(value: unknown): string {
  if (isTerm(value)) return value.text;
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
  }
}
