/**
 * Customers who come at their own pace, whatever the system does (open loop): waiting times count from
 * the moment a customer meant to start, and whoever finds every terminal taken stands in line. The
 * line is bounded; whoever comes after that is turned away and counted.
 */
import type { AtmFleet, WithdrawalResult } from '@pinfold/flows';
import { type Customers, remembering } from './customers.js';
import { SeededRandom } from './seeded-random.js';
import {
  DEFAULT_MIX,
  drawIntention,
  type Intention,
  mistyped,
  requireMix,
  type TrafficMix,
} from './traffic-mix.js';
import { type TrafficReport, TrafficTally } from './traffic-report.js';

export interface TrafficOptions {
  readonly ratePerSecond: number;
  readonly seed: string;
  readonly mix?: TrafficMix;
  /** Most customers in line; default 10,000. */
  readonly lineMax?: number;
  /** Told of every customer who is done; for narration. */
  readonly onResult?: (result: WithdrawalResult, latencyMs: number) => void;
}

interface InLine extends Intention {
  readonly pan: string;
  readonly expiry: string;
  readonly pin: string;
  readonly meantMs: number;
}

/** How often customers arrive and terminals are looked over. */
const STEP_MS = 5;
const LOOK_OVER_MS = 500;
const LINE_MAX = 10_000;

/** Refusals after which the customer tries another terminal. */
const TRY_ANOTHER: ReadonlySet<string> = new Set(['TERMINAL_BUSY', 'TERMINAL_OUT_OF_SERVICE']);

export class TrafficGenerator {
  readonly #random: SeededRandom;
  readonly #customers: Customers;
  readonly #mix: TrafficMix;
  readonly #lineMax: number;
  readonly #tally = new TrafficTally();
  /** Terminals that were free when last seen. */
  readonly #free: string[] = [];
  readonly #known = new Set<string>();
  #line: InLine[] = [];
  #lineFrom = 0;
  #under = 0;
  #ratePerSecond: number;
  #startedMs = 0;
  #come = 0;
  #lookedOverMs = Number.NEGATIVE_INFINITY;
  #arriving = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly fleet: AtmFleet,
    customers: Customers,
    private readonly options: TrafficOptions,
    private readonly now: () => number = () => performance.now(),
  ) {
    this.#random = new SeededRandom(`traffic/${options.seed}`);
    this.#customers = remembering(customers);
    this.#mix = options.mix ?? DEFAULT_MIX;
    this.#lineMax = options.lineMax ?? LINE_MAX;
    this.#ratePerSecond = options.ratePerSecond;
    requireMix(this.#mix);
    if (customers.count < 1) throw new RangeError('traffic needs customers');
  }

  start(): void {
    if (this.#timer !== undefined) return;
    this.setRate(this.#ratePerSecond);
    this.#timer = setInterval(() => void this.step(), STEP_MS);
  }

  /** Nobody comes any more, and the line goes home. Those at terminals finish. */
  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#line = [];
    this.#lineFrom = 0;
  }

  setRate(ratePerSecond: number): void {
    this.#ratePerSecond = ratePerSecond;
    this.#startedMs = this.now();
    this.#come = 0;
  }

  /** What happened since the last report. */
  take(): TrafficReport {
    return this.#tally.take(this.#under + this.#waiting);
  }

  /** Lets those come whose time it is, and serves the line. Called by the timer; tests call it. */
  async step(): Promise<void> {
    const nowMs = this.now();
    if (nowMs - this.#lookedOverMs >= LOOK_OVER_MS) this.#lookOver(nowMs);
    if (!this.#arriving) {
      this.#arriving = true;
      try {
        await this.#arrive(nowMs);
      } finally {
        this.#arriving = false;
      }
    }
    this.#serve();
  }

  get #waiting(): number {
    return this.#line.length - this.#lineFrom;
  }

  async #arrive(nowMs: number): Promise<void> {
    const due = Math.floor(((nowMs - this.#startedMs) * this.#ratePerSecond) / 1_000) - this.#come;
    if (due <= 0) return;
    const arrivals = Array.from({ length: due }, (_, i) => {
      const intention = drawIntention(this.#random, {
        customers: this.#customers.count,
        mix: this.#mix,
      });
      const meantMs = this.#startedMs + ((this.#come + i + 1) * 1_000) / this.#ratePerSecond;
      return { ...intention, ...this.#customers.card(intention.customer), meantMs };
    });
    this.#come += due;
    const room = Math.max(0, this.#lineMax - this.#waiting);
    for (let i = room; i < arrivals.length; i++) this.#tally.turnAway();
    const staying = arrivals.slice(0, room);
    const pins = await this.#customers.pinsOf(staying.map(({ pan }) => pan));
    for (const [i, arrival] of staying.entries()) this.#line.push({ ...arrival, pin: pins[i]! });
  }

  /** Terminals that came into service, or were left by somebody else. */
  #lookOver(nowMs: number): void {
    this.#lookedOverMs = nowMs;
    for (const { terminal, inService, busy } of this.fleet.terminals()) {
      if (!inService || busy || this.#known.has(terminal)) continue;
      this.#known.add(terminal);
      this.#free.push(terminal);
    }
  }

  #serve(): void {
    while (this.#free.length > 0 && this.#waiting > 0) {
      const customer = this.#line[this.#lineFrom++]!;
      void this.#use(this.#free.shift()!, customer);
    }
    if (this.#lineFrom > 1_000 && this.#lineFrom * 2 > this.#line.length) {
      this.#line = this.#line.slice(this.#lineFrom);
      this.#lineFrom = 0;
    }
  }

  async #use(terminal: string, customer: InLine): Promise<void> {
    const { pan, expiry, amountMinor, mistypes, pin, meantMs } = customer;
    this.#under += 1;
    const typed = mistypes ? mistyped(pin) : pin;
    const result = await this.fleet.withdraw({ terminal, pan, expiry, pin: typed, amountMinor });
    this.#under -= 1;
    if (result.refusal !== undefined && TRY_ANOTHER.has(result.refusal)) {
      // Seen again when the terminals are looked over.
      this.#known.delete(terminal);
      if (this.#timer !== undefined) this.#line.push(customer);
      return;
    }
    this.#free.push(terminal);
    const latencyMs = this.now() - meantMs;
    this.#tally.add(result, latencyMs);
    this.options.onResult?.(result, latencyMs);
    this.#serve();
  }
}
