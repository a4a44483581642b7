/**
 * Messages of all connections that were readable in one turn of the event loop, answered in one go
 * before the loop waits again: they share the batches of the device, and the replies of a connection
 * leave in one write. Nobody waits for that: it happens when everything that is there has been read.
 * What a command that takes seconds holds up is the rest of its own connection alone (`InTurn`).
 */
import type { TakeFrame } from './framing.js';
import { InTurn } from './in-turn.js';
import type { Answer, Inlet, ReplySink } from './messages.js';
import { Replies } from './replies.js';

/** From so many messages on they are answered before more is read. */
const MESSAGES_MAX = 4_096;

export class Gathering implements Inlet {
  readonly #answer: Answer;
  readonly #replies = new Replies();
  readonly #messages = {
    buffers: [] as Buffer[],
    from: [] as number[],
    end: [] as number[],
    count: 0,
  };
  /** Whose messages they are: those of sink i end before message `#until[i]`. */
  readonly #sinks: ReplySink[] = [];
  readonly #until: number[] = [];
  #before = 0;
  #scheduled = false;
  readonly #inTurn = new InTurn();

  constructor(answer: Answer) {
    this.#answer = answer;
  }

  readonly place: TakeFrame = (buffer, from, end) => {
    const messages = this.#messages;
    const i = messages.count++;
    messages.buffers[i] = buffer;
    messages.from[i] = from;
    messages.end[i] = end;
  };

  begin(sink: ReplySink): void {
    if (this.#sinks.at(-1) !== sink) this.#sinks.push(sink);
    this.#before = this.#messages.count;
  }

  end(): number {
    const { count } = this.#messages;
    this.#until[this.#sinks.length - 1] = count;
    if (count >= MESSAGES_MAX) this.#flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(this.#flush);
    }
    return count - this.#before;
  }

  settled(sink: ReplySink): Promise<void> {
    this.#flush();
    return this.#inTurn.settled(sink);
  }

  readonly #flush = (): void => {
    this.#scheduled = false;
    const messages = this.#messages;
    const sinks = this.#sinks.splice(0);
    const replies = this.#replies;
    try {
      if (messages.count > 0) this.#answer(messages, replies);
      let from = 0;
      for (let i = 0; i < sinks.length; i++) {
        const to = this.#until[i]!;
        if (to > from) this.#send(sinks[i]!, from, to);
        from = to;
      }
    } catch {
      // What was not answered never will be: nobody must wait for it, or take another's reply for it.
      for (const sink of sinks) sink.fail();
    } finally {
      replies.clear();
      messages.count = 0;
      // Chunks of the sockets are not kept beyond their turn.
      messages.buffers.length = 0;
    }
  };

  #send(sink: ReplySink, from: number, to: number): void {
    const replies = this.#replies;
    if (replies.complete && !this.#inTurn.has(sink)) sink.send(replies.taken(from, to));
    else this.#sendInTurn(sink, replies.partsOf(from, to));
  }

  #sendInTurn(sink: ReplySink, parts: (Buffer | Promise<Buffer>)[]): void {
    const whole = parts.every((part) => part instanceof Uint8Array);
    if (whole && !this.#inTurn.has(sink)) for (const part of parts) sink.send(part as Buffer);
    else this.#inTurn.add(sink, parts);
  }
}
