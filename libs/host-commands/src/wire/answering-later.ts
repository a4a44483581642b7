/**
 * Messages whose answers take their time: those of a chunk together, replies in the order in which the
 * messages came, and no more read from a connection that has too many without an answer.
 */
import type { TakeFrame } from './framing.js';
import type { AnswerLater, Inlet, ReplySink } from './messages.js';

interface Pending {
  inFlight: number;
  last: Promise<void>;
}

export class AnsweringLater implements Inlet {
  readonly #answer: AnswerLater;
  readonly #inFlightMax: number;
  readonly #pending = new WeakMap<ReplySink, Pending>();
  readonly #messages = {
    buffers: [] as Buffer[],
    from: [] as number[],
    end: [] as number[],
    count: 0,
  };
  #sink: ReplySink | undefined;

  constructor(answer: AnswerLater, inFlightMax: number) {
    this.#answer = answer;
    this.#inFlightMax = inFlightMax;
  }

  readonly place: TakeFrame = (buffer, from, end) => {
    const messages = this.#messages;
    const i = messages.count++;
    messages.buffers[i] = buffer;
    messages.from[i] = from;
    messages.end[i] = end;
  };

  begin(sink: ReplySink): void {
    this.#sink = sink;
    this.#messages.count = 0;
    this.#messages.buffers.length = 0;
  }

  end(): number {
    const { count } = this.#messages;
    if (count > 0) this.#pass(this.#sink!, count);
    return count;
  }

  async settled(sink: ReplySink): Promise<void> {
    await this.#pending.get(sink)?.last;
  }

  #pass(sink: ReplySink, count: number): void {
    const pending = this.#pending.get(sink) ?? { inFlight: 0, last: Promise.resolve() };
    this.#pending.set(sink, pending);
    pending.inFlight += count;
    if (pending.inFlight > this.#inFlightMax) sink.pause();
    pending.last = Promise.all([this.#answer(this.#messages), pending.last])
      .then(([replies]) => sink.send(replies))
      .catch(() => sink.fail())
      .then(() => {
        pending.inFlight -= count;
        if (pending.inFlight <= this.#inFlightMax) sink.resume();
      });
  }
}
