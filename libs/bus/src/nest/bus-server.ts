/**
 * Nest transport over the bus. Nest's own Kafka transport handles one message at a time per partition
 * and does not wait for replies; here a handler gets a chunk, and the position moves after it.
 */
import { type CustomTransportStrategy, Server } from '@nestjs/microservices';
import { isObservable, lastValueFrom } from 'rxjs';
import type { Bus, ChunkHandler, Subscription } from '../bus.js';
import { BusContext } from './bus-context.js';

export interface BusServerOptions {
  readonly bus: Bus;
  /** Consumer group of the service; each pattern reads under `<group>.<pattern>`. */
  readonly group: string;
  readonly maxChunk?: number;
  /** Topics of a handler's pattern; the pattern itself when not given. None: not for this server. */
  readonly topicsOf?: (pattern: string) => readonly string[];
}

export class BusServer extends Server implements CustomTransportStrategy {
  /** Errors of handlers go to the bus, which tries again or puts the record aside. */
  override readonly propagatesEventHandlerErrors = true;
  readonly #options: BusServerOptions;
  readonly #subscriptions: Subscription[] = [];

  constructor(options: BusServerOptions) {
    super();
    this.#options = options;
  }

  async listen(callback: (error?: unknown) => void): Promise<void> {
    try {
      for (const pattern of this.messageHandlers.keys()) await this.#subscribe(pattern);
      callback();
    } catch (error) {
      await this.close();
      callback(error);
    }
  }

  /** Ends the subscriptions after the chunks under way; the bus stays open. */
  async close(): Promise<void> {
    const open = this.#subscriptions.splice(0);
    await Promise.all(open.map((subscription) => subscription.close()));
  }

  on(): never {
    throw new Error('the bus has no events; read its lag() and counts()');
  }

  unwrap<T>(): T {
    return this.#options.bus as T;
  }

  async #subscribe(pattern: string): Promise<void> {
    const { bus, maxChunk, topicsOf } = this.#options;
    const topics = topicsOf ? topicsOf(pattern) : [pattern];
    if (topics.length === 0) return;
    const handler = this.getHandlerByPattern(pattern);
    if (!handler?.isEventHandler)
      throw new TypeError(
        `'${pattern}': the bus carries events; use @OnChunk, not @MessagePattern`,
      );
    const group = `${this.#options.group}.${pattern}`;
    const context = new BusContext([topics, group]);
    const handle: ChunkHandler = async (chunk) => {
      const result: unknown = await handler(chunk, context);
      if (isObservable(result)) await lastValueFrom(result, { defaultValue: undefined });
    };
    const limit = maxChunk === undefined ? {} : { maxChunk };
    this.#subscriptions.push(await bus.subscribe({ topics, group, ...limit }, handle));
  }
}
