/** Customers at terminals, over HTTP: one at each terminal, one order after another. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Recorder, Told } from './record.js';
import { Seeded } from './seeded.js';
import type { Address } from './system-under-test.js';

export interface CustomersOptions {
  readonly seed: number;
  readonly terminals: readonly string[];
  readonly pans: readonly string[];
  readonly address: () => Address | undefined;
  readonly recorder: Recorder;
}

const AMOUNTS_MINOR = [1_000, 2_000, 3_000, 5_000, 8_000, 20_000];
/** Of orders: these type a wrong PIN, or ask for more than any account holds. */
const WRONG_PIN_SHARE = 0.04;
const TOO_MUCH_SHARE = 0.04;
const TOO_MUCH_MINOR = 150_000;
const PAUSE_MS = 100;
/** Longer than a terminal waits for its answer. */
const ANSWER_MS = 60_000;

export class Customers {
  readonly #o: CustomersOptions;
  readonly #pins = new Map<string, string>();
  readonly #ends: Promise<void>[] = [];
  #going = true;

  constructor(o: CustomersOptions) {
    this.#o = o;
  }

  begin(): void {
    this.#ends.push(...this.#o.terminals.map((terminal) => this.#standAt(terminal)));
  }

  /** Orders under way come to their end. */
  async end(): Promise<void> {
    this.#going = false;
    await Promise.all(this.#ends);
  }

  async #standAt(terminal: string): Promise<void> {
    const random = new Seeded(this.#o.seed, terminal);
    while (this.#going) {
      const address = this.#o.address();
      const done = address !== undefined && (await this.#order(terminal, address, random));
      if (!done) await sleep(PAUSE_MS);
    }
  }

  /** True when the order was answered. */
  async #order(terminal: string, address: Address, random: Seeded): Promise<boolean> {
    const pan = random.pick(this.#o.pans);
    const pin = await this.#pinOf(pan, address);
    if (pin === undefined) return false;
    const wrong = random.chance(WRONG_PIN_SHARE);
    const amountMinor = random.chance(TOO_MUCH_SHARE) ? TOO_MUCH_MINOR : random.pick(AMOUNTS_MINOR);
    const order = { terminal, pan, amountMinor };
    return this.#place(order, wrong ? otherPin(pin) : pin, address);
  }

  async #place(order: Order, pin: string, address: Address): Promise<boolean> {
    const { recorder } = this.#o;
    // The hops are read from the databases: told without them, the customer hears it at once.
    const answer = await call(address, '/withdrawals', { ...order, pin, hops: false });
    if (answer === 'not-sent') return false;
    if (answer === 'broken') {
      recorder.unknown.push(order);
      return false;
    }
    if (answer.status === 200) {
      recorder.acknowledged.push({ order, told: answer.body as Told });
      return true;
    }
    if (NOT_TAKEN.has(answer.status)) recorder.refused += 1;
    else recorder.unknown.push(order);
    return false;
  }

  async #pinOf(pan: string, address: Address): Promise<string | undefined> {
    const known = this.#pins.get(pan);
    if (known !== undefined) return known;
    const answer = await call(address, '/cards/show', { pan });
    if (typeof answer === 'string' || answer.status !== 200) return undefined;
    const { pin } = answer.body as { pin: string };
    this.#pins.set(pan, pin);
    return pin;
  }
}

/** The terminal is taken, or has no such notes: said before anything is journaled. */
const NOT_TAKEN: ReadonlySet<number> = new Set([400, 404, 409]);

const otherPin = (pin: string): string => (pin === '1357' ? '2468' : '1357');

interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** `not-sent`: nobody listened. `broken`: the connection ended without an answer. */
export async function call(
  { http, token }: Address,
  path: string,
  body: unknown,
): Promise<Answer | 'not-sent' | 'broken'> {
  try {
    const response = await fetch(`http://127.0.0.1:${http}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    return { status: response.status, body: await response.json() };
  } catch (error) {
    const { cause } = error as { cause?: { code?: string } };
    return cause?.code === 'ECONNREFUSED' ? 'not-sent' : 'broken';
  }
}
