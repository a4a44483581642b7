/** A connection that is closed is gone within a time, whatever the other side does. */
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { CloseReason } from './close-reasons.js';
import { LINE_LIMITS } from './limits.js';
import { LineSocket } from './line-socket.js';

const framing = { kind: 'length2', headerBytes: 0, maxBytes: 32_768 } as const;

describe('a line socket', () => {
  let server: Server;
  let client: Socket;
  let served: Socket;

  beforeEach(async () => {
    server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const coming = once(server, 'connection') as Promise<[Socket]>;
    client = connect((server.address() as { port: number }).port, '127.0.0.1');
    client.on('error', () => undefined);
    [served] = await coming;
  });
  afterEach(() => {
    client.destroy();
    served.destroy();
    server.close();
  });

  function line(limits: Partial<typeof LINE_LIMITS>) {
    let socket!: LineSocket;
    const closed = new Promise<CloseReason>((resolve) => {
      socket = new LineSocket(served, {
        framing,
        limits: { ...LINE_LIMITS, ...limits },
        onFrames: () => undefined,
        onEnd: () => socket.close('ended'),
        onClose: resolve,
      });
    });
    return { socket, closed };
  }

  it('ends after a bad frame although the other side takes nothing and goes on sending', async () => {
    const { socket, closed } = line({ lingerMs: 100, writeBufferBytes: 1e9 });
    client.pause();
    const much = new Uint8Array(30_000);
    while (served.writableLength < 1e6) {
      socket.send(much);
      await new Promise(setImmediate);
    }
    client.write(Uint8Array.of(0xff, 0xff));
    const more = setInterval(() => client.write('more'), 20);
    expect(await closed).toBe('frame-refused');
    clearInterval(more);
  });

  it('lets the other side have what was sent before the end', async () => {
    const { socket, closed } = line({});
    const got: Buffer[] = [];
    client.on('data', (chunk: Buffer) => got.push(chunk));
    socket.send(new Uint8Array(10_000));
    socket.close('stopped');
    expect(await closed).toBe('stopped');
    await once(client, 'close');
    expect(Buffer.concat(got)).toHaveLength(10_002);
  });
});
