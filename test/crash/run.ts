/**
 * One crash run: a system under load, killed again and again by plan, then left to finish, then held
 * against the customers' record.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { auditChains, type ChainVerdict } from './audit-chains.js';
import { checkAll, panOf } from './checks.js';
import { Customers, call } from './customers.js';
import { type Facts, readFacts, underWay } from './facts.js';
import type { PlannedKill } from './kill-plan.js';
import { Recorder } from './record.js';
import type { Address, SystemUnderTest } from './system-under-test.js';

export interface RunOptions {
  readonly system: SystemUnderTest;
  readonly plan: readonly PlannedKill[];
  readonly seed: number;
  readonly cards: number;
  readonly terminals: number;
  /** Hears what goes on. */
  readonly say: (line: string) => void;
}

export interface Problem {
  readonly check: string;
  readonly what: string;
}

export interface RunReport {
  readonly seed: number;
  readonly seconds: number;
  /** Kills that hit a process, by target. */
  readonly kills: Readonly<Record<string, number>>;
  readonly killsDuringRecovery: number;
  /** Ends of the main process that nobody asked for. */
  readonly ownEnds: number;
  /** From a kill to the next answer to a customer, the longest. */
  readonly recoveryMaxMs: number;
  readonly orders: {
    readonly approved: number;
    readonly declined: number;
    readonly reversed: number;
    readonly unknown: number;
    readonly refused: number;
  };
  /** Withdrawals in the journal, by how they ended. */
  readonly ended: Readonly<Record<string, number>>;
  readonly dispensedMinor: number;
  readonly drainMs: number;
  readonly auditChains: readonly ChainVerdict[];
  readonly problems: readonly Problem[];
}

const READY_MS = 180_000;
const LOAD_BEFORE_KILL = 3;
/** Reversals are repeated up to a minute apart. */
const DRAIN_MS = 240_000;
const LOOK_MS = 25;
/** No answer for a withdrawal that was broken off: what the terminal tells its customer. */
const NO_ANSWER = '68';

export async function runCrashes(o: RunOptions): Promise<RunReport> {
  return new CrashRun(o).run();
}

class CrashRun {
  readonly #o: RunOptions;
  readonly #recorder = new Recorder();
  readonly #problems: Problem[] = [];
  readonly #kills = new Map<string, number>();
  #killsDuringRecovery = 0;
  #ownEnds = 0;
  #recoveryMaxMs = 0;
  #killing = false;
  #done = false;

  constructor(o: RunOptions) {
    this.#o = o;
  }

  async run(): Promise<RunReport> {
    const started = Date.now();
    const { system } = this.#o;
    const customers = this.#customers();
    system.launch();
    const keeper = this.#keepAlive();
    customers.begin();
    try {
      for (const [i, kill] of this.#o.plan.entries()) await this.#kill(kill, i + 1);
      await this.#answered(this.#recorder.acknowledged.length, Date.now());
    } catch (error) {
      this.#problem('recovery', (error as Error).message);
    }
    await customers.end();
    const drainStarted = Date.now();
    const facts = await this.#drained();
    const drainMs = Date.now() - drainStarted;
    if (facts !== undefined) this.#check(facts);
    await this.#reconciles();
    this.#done = true;
    await keeper;
    await this.#stops();
    const chains = this.#chains();
    return {
      ...this.#report(facts),
      seconds: (Date.now() - started) / 1_000,
      drainMs,
      auditChains: chains,
    };
  }

  #customers(): Customers {
    const { seed, cards, terminals, system } = this.#o;
    const perIssuer = Math.floor(cards / 2);
    const pans = ['bank-a', 'bank-b'].flatMap((issuer) =>
      Array.from({ length: perIssuer }, (_, i) => panOf(issuer, i + 1)),
    );
    return new Customers({
      seed,
      pans,
      terminals: Array.from(
        { length: terminals },
        (_, i) => `ATM${String(i + 1).padStart(5, '0')}`,
      ),
      address: () => system.address(),
      recorder: this.#recorder,
    });
  }

  /** As a service manager would: what has ended is started again. */
  async #keepAlive(): Promise<void> {
    const { system } = this.#o;
    while (!this.#done) {
      if (!system.isAlive && !this.#killing) {
        this.#ownEnds += 1;
        this.#o.say(`the main process ended by itself: ${lastLine(system.printed)}`);
        system.launch();
      }
      await sleep(LOOK_MS);
    }
  }

  async #kill({ target, moment, afterMs }: PlannedKill, number: number): Promise<void> {
    const { system, say } = this.#o;
    const before = this.#recorder.acknowledged.length;
    if (moment === 'load') await this.#answered(before, Date.now());
    await sleep(afterMs);
    this.#killing = true;
    const hit = await system.kill(target);
    if (!system.isAlive) system.launch();
    this.#killing = false;
    if (hit) {
      this.#kills.set(target, (this.#kills.get(target) ?? 0) + 1);
      if (moment === 'recovery') this.#killsDuringRecovery += 1;
    }
    const { acknowledged, unknown } = this.#recorder;
    const what = hit ? `killed ${target}` : `${target} was not there to kill`;
    say(
      `${number}/${this.#o.plan.length} ${what}, ${afterMs} ms into ${moment}; ${acknowledged.length} answered, ${unknown.length} broken off`,
    );
  }

  /** Waits until customers are answered again. */
  async #answered(before: number, sinceMs: number): Promise<void> {
    const { acknowledged } = this.#recorder;
    while (acknowledged.length < before + LOAD_BEFORE_KILL) {
      if (Date.now() > sinceMs + READY_MS) {
        throw new Error(
          `no withdrawal was answered for ${READY_MS / 1_000} s after a kill; the system printed: ${lastLine(this.#o.system.printed)}`,
        );
      }
      await sleep(LOOK_MS);
    }
    this.#recoveryMaxMs = Math.max(this.#recoveryMaxMs, Date.now() - sinceMs);
  }

  /** The facts once everything is at its end; whatever is there when the time is over. */
  async #drained(): Promise<Facts | undefined> {
    const untilMs = Date.now() + DRAIN_MS;
    let facts: Facts | undefined;
    while (Date.now() < untilMs) {
      facts = (await this.#facts()) ?? facts;
      if (facts !== undefined && underWay(facts) === 0) return facts;
      await sleep(LOOK_MS * 10);
    }
    if (facts === undefined) this.#problem('recovery', 'the database cannot be read');
    return facts;
  }

  async #facts(): Promise<Facts | undefined> {
    const url = this.#o.system.databaseUrl();
    return url === undefined ? undefined : readFacts(url).catch(() => undefined);
  }

  #check(facts: Facts): void {
    for (const { check, what } of checkAll(this.#recorder, facts)) this.#problem(check, what);
  }

  async #reconciles(): Promise<void> {
    const address = await this.#ready();
    const answer = address && (await call(address, '/reconciliations', {}));
    if (answer === undefined || typeof answer === 'string' || answer.status !== 200) {
      this.#problem('reconcile', 'no answer');
      return;
    }
    const { clean, pending, differences } = answer.body as {
      clean: boolean;
      pending: number;
      differences: { kind: string; rrn: string; terminal: string }[];
    };
    for (const { kind, rrn, terminal } of differences) {
      this.#problem('reconcile', `${kind} ${rrn}-${terminal}`);
    }
    if (!clean && differences.length === 0) this.#problem('reconcile', 'not clean');
    if (pending > 0) this.#problem('reconcile', `${pending} are pending`);
  }

  async #ready(): Promise<Address | undefined> {
    const untilMs = Date.now() + READY_MS;
    while (Date.now() < untilMs) {
      const address = this.#o.system.address();
      if (address !== undefined) return address;
      await sleep(LOOK_MS);
    }
    return undefined;
  }

  async #stops(): Promise<void> {
    const code = await this.#o.system.stop();
    if (code !== 0) this.#problem('stop', `the main process ended with code ${code}`);
  }

  #chains(): ChainVerdict[] {
    const chains = auditChains(this.#o.system.dataDir);
    for (const { institution, broken } of chains) {
      if (broken !== undefined) this.#problem('audit-chain', `${institution}: ${broken}`);
    }
    return chains;
  }

  #problem(check: string, what: string): void {
    this.#problems.push({ check, what });
    this.#o.say(`WRONG ${check}: ${what}`);
  }

  #report(facts: Facts | undefined) {
    const { acknowledged, unknown, refused } = this.#recorder;
    const approved = acknowledged.filter(({ told }) => told.approved).length;
    const reversed = acknowledged.filter(({ told }) => told.responseCode === NO_ANSWER).length;
    const ended: Record<string, number> = {};
    for (const { state } of facts?.journal ?? []) ended[state] = (ended[state] ?? 0) + 1;
    return {
      seed: this.#o.seed,
      kills: Object.fromEntries(this.#kills),
      killsDuringRecovery: this.#killsDuringRecovery,
      ownEnds: this.#ownEnds,
      recoveryMaxMs: this.#recoveryMaxMs,
      orders: {
        approved,
        reversed,
        declined: acknowledged.length - approved - reversed,
        unknown: unknown.length,
        refused,
      },
      ended,
      dispensedMinor: (facts?.journal ?? []).reduce((sum, row) => sum + row.dispensedMinor, 0),
      problems: this.#problems,
    };
  }
}

const lastLine = (printed: string): string => printed.trim().split('\n').at(-1) ?? '';
