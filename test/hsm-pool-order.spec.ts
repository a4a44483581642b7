/** Which device of a pool a command goes to, and what a pool that closes does with those under way. */
import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { HsmPool } from '@pinfold/hsm-client';
import { FrameSplitter, frame } from '@pinfold/iso8583';
import { until } from '../libs/platform/src/testing/until.js';

const FRAMING = { kind: 'length2', headerBytes: 4, maxBytes: 32_768 } as const;
const ONCE = { repeatable: false, elsewhere: {} } as const;

/** Well by NC at once; all else is answered after a while. */
class SlowDevice {
  readonly commands: string[] = [];
  readonly #sockets = new Set<Socket>();
  readonly #server: Server;

  constructor(readonly answerMs: number) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      const splitter = new FrameSplitter(FRAMING);
      socket.on('error', () => undefined);
      socket.on('data', (chunk: Buffer) => {
        const frames = splitter.push(chunk);
        if (!frames.ok) throw new Error(frames.code);
        for (const { header, message } of frames.value) {
          void this.#answer(Buffer.from(message).toString('latin1'), header, socket);
        }
      });
    });
  }

  async port(): Promise<number> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return (this.#server.address() as { port: number }).port;
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
  }

  async #answer(command: string, header: Uint8Array, socket: Socket): Promise<void> {
    if (command !== 'NC') {
      this.commands.push(command);
      await sleep(this.answerMs);
    }
    const reply = command === 'NC' ? 'ND00' : `${command.slice(0, 2)}00`;
    socket.write(frame(Buffer.from(reply, 'latin1'), FRAMING, Uint8Array.from(header)));
  }
}

describe('a pool of two devices', () => {
  const devices = [new SlowDevice(150), new SlowDevice(150)] as const;
  let pool: HsmPool;

  beforeAll(async () => {
    const ports = await Promise.all(devices.map((device) => device.port()));
    pool = new HsmPool({
      urls: ports.map((port) => ({ host: '127.0.0.1', port })),
      attemptMs: 1_000,
    });
    await until(() => pool.status().every(({ state }) => state === 'up'));
  });
  afterAll(async () => {
    await pool.close();
    for (const device of devices) device.close();
  });

  it('sends each command to the device with the least outstanding', async () => {
    const sent = Array.from({ length: 10 }, (_, i) => pool.send(`M6${i}`, ONCE));
    await Promise.all(sent);
    expect(devices.map(({ commands }) => commands.length)).toEqual([5, 5]);
  });

  it('gives the answers of what is under way when it is closed, and takes no more', async () => {
    const under = [pool.send('M6under', ONCE), pool.send('M6way', ONCE)];
    await until(() => devices.flatMap(({ commands }) => commands).length === 12);
    const closing = pool.close();
    await expect(pool.send('M6late', ONCE)).rejects.toThrow('NO_DEVICE');
    expect(await Promise.all(under)).toEqual(['M600', 'M600']);
    await closing;
  });
});
