/**
 * What happens to a chunk whose handler throws, the same on both buses:
 *
 * 1. The chunk again, as a whole.
 * 2. One record at a time, each up to three times; what still fails goes to `dead-letter` with the
 *    reason, its bytes and headers as they were (a sealed value stays sealed), and the rest goes on.
 * 3. A failure that passes by itself (`isTransient`) counts for nothing: the chunk waits, longer each
 *    time, and is tried again until `transientLimitMs`; then the bus reports a fatal failure. The
 *    position does not move meanwhile, so nothing is lost when the process ends.
 */
import { type BusRecord, HEADERS, TOPICS } from '@pinfold/messages';
import type { ChunkHandler } from './bus.js';
import { isTransient, reasonOf } from './transient.js';

export interface DeliveryOptions {
  /** Tries of one record alone before it is dead. */
  readonly tries?: number;
  readonly firstPauseMs?: number;
  readonly longestPauseMs?: number;
  readonly transientLimitMs?: number;
  readonly onRetry?: (group: string, error: unknown) => void;
  readonly onDeadLetter?: (group: string, record: BusRecord, error: unknown) => void;
}

export const DELIVERY_DEFAULTS = {
  tries: 3,
  firstPauseMs: 50,
  longestPauseMs: 5_000,
  transientLimitMs: 600_000,
};

/** The subscription ended before the chunk was handled; its position must not move. */
export class Interrupted extends Error {}

/** A failure outlasted `transientLimitMs`. */
export class DeliveryStuck extends Error {
  readonly code = 'DELIVERY_STUCK';
  constructor(cause: unknown) {
    super('a failure that should pass did not', { cause });
  }
}

export interface DeliveryPorts {
  readonly group: string;
  readonly handler: ChunkHandler;
  /** Resolves when the dead letter is accepted. */
  readonly sendDeadLetter: (record: BusRecord) => Promise<void>;
  readonly options: DeliveryOptions;
}

export class Delivery {
  readonly #ports: DeliveryPorts;
  readonly #options: typeof DELIVERY_DEFAULTS & DeliveryOptions;
  readonly #ended = new AbortController();
  delivered = 0;
  retried = 0;
  deadLettered = 0;

  constructor(ports: DeliveryPorts) {
    this.#ports = ports;
    this.#options = { ...DELIVERY_DEFAULTS, ...ports.options };
  }

  /** Ends pauses; a chunk that is not handled by then rejects with `Interrupted`. */
  end(): void {
    this.#ended.abort();
  }

  /** Resolves when every record was handled or is a dead letter. */
  async deliver(chunk: readonly BusRecord[]): Promise<void> {
    const first = await this.#attempt(chunk);
    if (first === undefined) return;
    this.#noteRetry(first.error);
    await this.#pause(this.#options.firstPauseMs);
    const second = await this.#attempt(chunk);
    if (second === undefined) return;
    for (const record of chunk) await this.#deliverAlone(record);
  }

  async #deliverAlone(record: BusRecord): Promise<void> {
    const { tries, firstPauseMs } = this.#options;
    const chunk = [record];
    for (let attempt = 1; ; attempt += 1) {
      const failure = await this.#attempt(chunk);
      if (failure === undefined) return;
      this.#noteRetry(failure.error);
      if (attempt >= tries) return this.#bury(record, failure.error);
      await this.#pause(firstPauseMs * attempt);
    }
  }

  /** The failure that is the chunk's own, or undefined when it was handled; waits out the others. */
  async #attempt(chunk: readonly BusRecord[]): Promise<{ error: unknown } | undefined> {
    const { firstPauseMs, longestPauseMs, transientLimitMs } = this.#options;
    let pauseMs: number = firstPauseMs;
    let waitedMs = 0;
    for (;;) {
      try {
        await this.#ports.handler(chunk);
        this.delivered += chunk.length;
        return undefined;
      } catch (error) {
        if (!isTransient(error)) return { error };
        if (waitedMs >= transientLimitMs) throw new DeliveryStuck(error);
        this.#noteRetry(error);
      }
      await this.#pause(pauseMs);
      waitedMs += pauseMs;
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  async #bury(record: BusRecord, error: unknown): Promise<void> {
    if (record.topic !== TOPICS.deadLetter) {
      await this.#ports.sendDeadLetter(
        deadLetterOf(record, this.#ports.group, error, this.#options.tries),
      );
    }
    this.deadLettered += 1;
    this.#options.onDeadLetter?.(this.#ports.group, record, error);
  }

  #noteRetry(error: unknown): void {
    this.retried += 1;
    this.#options.onRetry?.(this.#ports.group, error);
  }

  #pause(ms: number): Promise<void> {
    const { signal } = this.#ended;
    return new Promise((resolve, reject) => {
      const interrupt = () => {
        clearTimeout(timer);
        reject(new Interrupted());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener('abort', interrupt);
        resolve();
      }, ms);
      if (signal.aborted) interrupt();
      else signal.addEventListener('abort', interrupt, { once: true });
    });
  }
}

/** The record as it was, with where it came from, who gave up and why. */
export function deadLetterOf(
  record: BusRecord,
  group: string,
  error: unknown,
  tries: number,
): BusRecord {
  return {
    topic: TOPICS.deadLetter,
    key: record.key,
    value: record.value,
    headers: {
      ...record.headers,
      [HEADERS.deadLetterTopic]: record.topic,
      [HEADERS.deadLetterGroup]: group,
      [HEADERS.deadLetterReason]: reasonOf(error),
      [HEADERS.deadLetterTries]: String(tries),
    },
  };
}

/** The record that a dead letter was, for sending it again; undefined when it is no dead letter. */
export function revive(letter: BusRecord): BusRecord | undefined {
  const {
    [HEADERS.deadLetterTopic]: topic,
    [HEADERS.deadLetterGroup]: _group,
    [HEADERS.deadLetterReason]: _reason,
    [HEADERS.deadLetterTries]: _tries,
    ...headers
  } = letter.headers;
  return topic === undefined ? undefined : { topic, key: letter.key, value: letter.value, headers };
}
