import { connect, type Socket } from 'node:net';
import { testDevice } from '../testing.js';
import { frameOf } from '../wire/framing.js';
import { listenWire, type WirePort } from '../wire/listen.js';

/** Collects the messages of a connection, and tells when there are so many. */
class Client {
  readonly messages: string[] = [];
  closed = false;
  readonly #socket: Socket;
  #rest = Buffer.alloc(0);
  #told: () => void = () => undefined;

  constructor(port: number) {
    this.#socket = connect(port, '127.0.0.1');
    this.#socket.on('close', () => {
      this.closed = true;
      this.#told();
    });
    this.#socket.on('data', (chunk: Buffer) => {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      while (this.#rest.length >= 2 && this.#rest.length >= 2 + this.#rest.readUInt16BE(0)) {
        const end = 2 + this.#rest.readUInt16BE(0);
        this.messages.push(this.#rest.toString('latin1', 2, end));
        this.#rest = this.#rest.subarray(end);
      }
      this.#told();
    });
  }

  send(...parts: (string | Buffer)[]): void {
    this.#socket.write(
      Buffer.concat(parts.map((part) => (typeof part === 'string' ? frameOf(part) : part))),
    );
  }

  /** The two letters and the code of each message, without headers. */
  get codes(): string[] {
    return this.messages.map((message) => message.slice(4, 8));
  }

  async until(count: number): Promise<string[]> {
    while (this.messages.length < count && !this.closed) {
      await new Promise<void>((resolve) => {
        this.#told = resolve;
      });
    }
    return this.codes;
  }

  /** Says no more, and still listens. */
  finish(): void {
    this.#socket.end();
  }

  end(): void {
    this.#socket.destroy();
  }
}

const device = testDevice();
let port: WirePort;
let clients: Client[];

beforeAll(async () => {
  port = await listenWire({
    port: 0,
    minBytes: 6,
    // A frame that has begun must be whole in less time than a key pair takes.
    limits: { frameMs: 100 },
    answer: (messages, replies) => device.answerMany(messages, replies),
  });
});
beforeEach(() => {
  clients = Array.from({ length: 3 }, () => new Client(port.port));
});
afterEach(() => {
  for (const client of clients) client.end();
});
afterAll(() => port.close());

it('makes RSA keys while others are served, and keeps the order of each connection', async () => {
  const [maker, other] = clients as [Client, Client];
  maker.send('ONE.EI2307202', 'TWO.NC', 'THR.EI2051202', 'FOU.NC');
  // An answer that comes after the first pair has begun, and before it is there.
  other.send('HEADNC');
  expect(await other.until(1)).toEqual(['ND00']);
  expect(maker.messages).toEqual([]);
  expect(await maker.until(4)).toEqual(['EJ00', 'ND00', 'EJ00', 'ND00']);
  expect(maker.messages.map((message) => message.slice(0, 4))).toEqual([
    'ONE.',
    'TWO.',
    'THR.',
    'FOU.',
  ]);
}, 60_000);

it('answers a client that says no more, and closes then', async () => {
  const [maker] = clients as [Client];
  maker.send('HEADEI2204802', 'HEADNC');
  maker.finish();
  expect(await maker.until(3)).toEqual(['EJ00', 'ND00']);
  expect(maker.closed).toBe(true);
}, 60_000);

it('does not count the time against a frame that was cut in two', async () => {
  const [maker] = clients as [Client];
  const next = frameOf('NEXTNC');
  maker.send('HEADEI2307202', next.subarray(0, 5));
  await maker.until(1);
  maker.send(next.subarray(5));
  expect(await maker.until(2)).toEqual(['EJ00', 'ND00']);
}, 60_000);

it('makes them inside a chain, too', async () => {
  const [maker, other] = clients as [Client, Client];
  maker.send('HEADNK0020009EI22048020002NC');
  other.send('HEADNC');
  expect(await other.until(1)).toEqual(['ND00']);
  expect(maker.messages).toEqual([]);
  await maker.until(1);
  expect(maker.messages[0]).toMatch(/^HEADNL0002\d{4}EJ00/s);
  expect(maker.messages[0]).toMatch(/0029ND00[0-9A-F]{16}/s);
}, 60_000);

it('refuses chains that do not hold, and keeps the connection', async () => {
  const [client] = clients as [Client];
  client.send('HEADNK000', 'HEADNK0010001N', 'HEADNC');
  expect(await client.until(3)).toEqual(['NL52', 'NL15', 'ND00']);
});

it('makes few at once, and refuses those beyond its limit', async () => {
  const [maker, other, third] = clients as [Client, Client, Client];
  maker.send(...Array.from({ length: 66 }, () => 'HEADEI2051202'));
  await new Promise((resolve) => setImmediate(resolve));
  third.send('HEADEI2051202', 'HEADEI2051204');
  other.send('HEADNC');
  expect(await other.until(1)).toEqual(['ND00']);
  expect(new Set(await maker.until(66))).toEqual(new Set(['EJ00']));
  // 43 where it came while all places were taken; the code of a field comes in its turn all the same.
  expect(['EJ43', 'EJ00']).toContain((await third.until(2))[0]);
  expect(third.codes[1]).toBe('EJ03');
  maker.send(...Array.from({ length: 80 }, () => 'HEADEI2051202'));
  expect((await maker.until(146)).filter((code) => code === 'EJ43')).toHaveLength(14);
}, 60_000);
