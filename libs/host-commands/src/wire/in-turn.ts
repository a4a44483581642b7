/**
 * Replies of a connection that do not all exist yet, sent in the order of the messages. While one is
 * awaited nothing more is read from that connection, so what waits here is what had arrived before.
 */
import type { ReplySink } from './messages.js';

type Part = Buffer | Promise<Buffer>;

export class InTurn {
  /** By connection: resolves when its last part is sent. */
  readonly #last = new Map<ReplySink, Promise<void>>();

  /** Whether replies of this connection wait, so that others must wait behind them. */
  has(sink: ReplySink): boolean {
    return this.#last.size > 0 && this.#last.has(sink);
  }

  /** Sends the parts after all those before them. */
  add(sink: ReplySink, parts: readonly Part[]): void {
    // A part may fail before its turn has come: `#send` hears of it then.
    for (const part of parts) if (part instanceof Promise) part.catch(() => undefined);
    const before = this.#last.get(sink);
    if (before === undefined) sink.pause();
    const done = this.#send(sink, parts, before).then(() => {
      if (this.#last.get(sink) !== done) return;
      this.#last.delete(sink);
      sink.resume();
    });
    this.#last.set(sink, done);
  }

  /** Resolves when nothing of this connection waits. */
  async settled(sink: ReplySink): Promise<void> {
    await this.#last.get(sink);
  }

  async #send(sink: ReplySink, parts: readonly Part[], before?: Promise<void>): Promise<void> {
    await before;
    try {
      for (const part of parts) sink.send(await part);
    } catch {
      sink.fail();
    }
  }
}
