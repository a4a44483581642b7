/** The other end of an ISO 8583 line: sends messages, and hands out answers in the order they come. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import {
  FrameSplitter,
  type Framing,
  frame,
  type IsoMessage,
  type Packaging,
  pack,
  parse,
} from '@pinfold/iso8583';

const ANSWER_MS = 10_000;

export class LineClient {
  readonly socket: Socket;
  readonly #answers: IsoMessage[] = [];
  readonly #waiting: ((answer: IsoMessage) => void)[] = [];
  readonly #framing: Framing;
  readonly #packaging: Packaging;
  /** Resolves when the connection is gone. */
  readonly closed: Promise<void>;

  constructor(socket: Socket, o: { framing: Framing; packaging: Packaging }) {
    this.socket = socket;
    this.#framing = o.framing;
    this.#packaging = o.packaging;
    const splitter = new FrameSplitter(o.framing);
    this.closed = new Promise((resolve) => socket.once('close', () => resolve()));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      const frames = splitter.push(chunk);
      if (!frames.ok) throw new Error(frames.code);
      for (const { message } of frames.value) this.#take(message);
    });
  }

  static async open(
    port: number,
    o: { framing: Framing; packaging: Packaging; tls?: ConnectionOptions },
  ): Promise<LineClient> {
    const where = { host: '127.0.0.1', port };
    const socket = o.tls ? connectTls({ ...where, ...o.tls }) : connect(where);
    const client = new LineClient(socket, o);
    await Promise.race([
      once(socket, o.tls ? 'secureConnect' : 'connect').catch(() => undefined),
      client.closed,
    ]);
    return client;
  }

  frame(message: IsoMessage): Uint8Array {
    const header = new Uint8Array(this.#framing.headerBytes);
    return frame(pack(message, this.#packaging), this.#framing, header);
  }

  async ask(message: IsoMessage): Promise<IsoMessage> {
    this.socket.write(this.frame(message));
    return this.next();
  }

  /** The next answer that nobody has taken. */
  async next(ms = ANSWER_MS): Promise<IsoMessage> {
    const ready = this.#answers.shift();
    if (ready !== undefined) return ready;
    return new Promise((resolve, reject) => {
      const waiter = (answer: IsoMessage) => {
        clearTimeout(timer);
        resolve(answer);
      };
      const timer = setTimeout(() => {
        this.#waiting.splice(this.#waiting.indexOf(waiter), 1);
        reject(new Error('no answer on the line'));
      }, ms);
      timer.unref();
      this.#waiting.push(waiter);
    });
  }

  close(): void {
    this.socket.destroy();
  }

  #take(bytes: Uint8Array): void {
    const parsed = parse(bytes, this.#packaging);
    if (!parsed.ok) throw new Error(`the answer does not parse: ${parsed.code} ${parsed.detail}`);
    const waiting = this.#waiting.shift();
    if (waiting) waiting(parsed.value);
    else this.#answers.push(parsed.value);
  }
}
