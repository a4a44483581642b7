/** What a line of ISO 8583 takes for a message: frames of every kind, and the limits of a connection. */
import { setTimeout as sleep } from 'node:timers/promises';
import { pack } from '@pinfold/iso8583';
import { LINE_LIMITS, PACKINGS } from '../apps/switch/src/index.js';
import { until } from '../libs/platform/src/testing/until.js';
import type { LineClient } from './support/line-client.js';
import type { LineNetwork } from './support/line-network.js';
import { code, LineStand, lines, signOn } from './support/line-stand.js';
import type { LineTerminal } from './support/line-terminal.js';

describe('frames on a line', () => {
  let stand: LineStand;
  let network: LineNetwork;
  let terminals: readonly LineTerminal[];
  let client: LineClient;
  const card = () => stand.card();
  const open: LineStand['connect'] = (o) => stand.connect(o);

  beforeAll(async () => {
    stand = await LineStand.open();
    ({ network, terminals } = stand);
  });
  afterAll(() => stand.close());
  beforeEach(async () => {
    client = await open();
  });
  afterEach(() => client.close());

  it('takes a message that comes byte by byte', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const bytes = client.frame(terminal.network('301'));
    for (const byte of bytes) {
      client.socket.write(Uint8Array.of(byte));
      await new Promise(setImmediate);
    }
    expect(code(await client.next())).toBe('00');
  });

  it('takes a message split at every byte', async () => {
    const [terminal] = terminals as [LineTerminal];
    await signOn(terminal, client);
    const length = client.frame(terminal.network('301')).length;
    for (let at = 1; at < length; at++) {
      const bytes = client.frame(terminal.network('301'));
      client.socket.write(bytes.subarray(0, at));
      await new Promise(setImmediate);
      client.socket.write(bytes.subarray(at));
    }
    for (let at = 1; at < length; at++) expect(code(await client.next())).toBe('00');
  });

  it('answers 30 to what does not parse, while MTI and STAN can be read', async () => {
    const request = terminals[0]!.network('301');
    const bytes = pack(request, PACKINGS.ascii);
    bytes[bytes.length - 1] = 'x'.charCodeAt(0);
    client.socket.write(Uint8Array.of(0, bytes.length));
    client.socket.write(bytes);
    const answer = await client.next();
    expect(answer).toMatchObject({ mti: '0810', fields: { 11: request.fields[11], 39: '30' } });
    const unknown = { mti: '0600', fields: { 11: '000001', 41: terminals[0]!.id } };
    expect(await client.ask(unknown)).toMatchObject({ mti: '0610', fields: { 39: '12' } });
  });

  it.each([
    ['no message', Uint8Array.of(0, 3, 1, 2, 3)],
    ['an empty frame', Uint8Array.of(0, 0)],
    ['a frame above the limit', Uint8Array.of(0xff, 0xff)],
    [
      'a message without a STAN',
      Buffer.from('\0\x2108008000000000000000040000000000000030', 'latin1'),
    ],
  ])('closes after %s', async (_, bytes) => {
    client.socket.write(bytes);
    await client.closed;
  });

  describe('within limits', () => {
    let narrow: number;
    const limits = {
      ...LINE_LIMITS,
      frameMs: 150,
      idleMs: 400,
      connectionsPerAddress: 3,
      inFlightMs: 300,
    };

    beforeAll(async () => {
      const acquirers = [{ name: 'narrow', terminals: [terminals[3]!.id], inFlight: 2 }];
      ({ port: narrow } = await network.serve({ lines: lines({ acquirers }), limits }));
    });

    it('ends a slow sender', async () => {
      const slow = await open({ at: narrow });
      const begun = performance.now();
      const drip = setInterval(() => slow.socket.write('0'), 20);
      slow.socket.write(Uint8Array.of(4, 0));
      await slow.closed;
      clearInterval(drip);
      expect(performance.now() - begun).toBeLessThan(3_000);
    });

    it('answers one that says no more but listens, then ends it', async () => {
      const acquirers = [{ name: 'ends', terminals: [terminals[3]!.id] }];
      const served = await network.serve({ lines: lines({ acquirers }) });
      const line = await open({ at: served.port });
      const requests = [1, 2, 3].map(() => terminals[3]!.network('301'));
      for (const request of requests) line.socket.write(line.frame(request));
      line.socket.end();
      for (const request of requests) {
        expect((await line.next()).fields[11]).toBe(request.fields[11]);
      }
      await line.closed;
      await served.close();
    });

    it('ends a silent connection', async () => {
      const silent = await open({ at: narrow });
      await silent.closed;
    });

    it('turns away the fourth connection of an address, and has room again after', async () => {
      const three = await Promise.all([1, 2, 3].map(() => open({ at: narrow })));
      const fourth = await open({ at: narrow });
      await fourth.closed;
      for (const each of three) each.close();
      await Promise.all(three.map(({ closed }) => closed));
      // The port hears of the ends a little later than this side does.
      await until(async () => {
        const fifth = await open({ at: narrow });
        const asked = fifth.ask(terminals[0]!.network('301')).then(code);
        const answer = await Promise.race([asked, fifth.closed.then(() => 'turned away')]);
        fifth.close();
        return answer === '05';
      });
    });

    it('ends a connection that takes no answers', async () => {
      const acquirers = [{ name: 'deaf', terminals: ['ISO00009'] }];
      const served = await network.serve({
        lines: lines({ acquirers }),
        limits: { ...LINE_LIMITS, writeBufferBytes: 1_024 },
      });
      const deaf = await open({ at: served.port });
      deaf.socket.pause();
      const many = Buffer.concat(Array(500).fill(deaf.frame(terminals[0]!.network('301'))));
      while (!deaf.socket.destroyed && deaf.socket.writable) {
        deaf.socket.write(many);
        await sleep(5);
        if (deaf.socket.bytesWritten > 64e6) throw new Error('nobody ended it');
      }
      await served.close();
    });

    it('reads no further than the requests in flight allow, and loses none', async () => {
      const busy = await open({ at: narrow });
      await signOn(terminals[3]!, busy);
      const requests = Array.from({ length: 12 }, () => terminals[3]!.network('301'));
      busy.socket.write(Buffer.concat(requests.map((r) => busy.frame(r))));
      for (const request of requests) {
        expect((await busy.next()).fields[11]).toBe(request.fields[11]);
      }
      busy.close();
    });
  });

  it.each([
    ['ascii', 4, 0, false],
    ['ascii-binary', 2, 5, true],
    ['binary', 2, 0, false],
    ['binary', 0, 3, false],
    ['ascii', 0, 0, false],
    ['ascii-binary', 4, 0, false],
    ['binary', 4, 5, true],
  ] as const)(
    'speaks %s behind %d bytes of length and %d of header',
    async (packing, lengthBytes, headerBytes, tpdu) => {
      const terminal = terminals[2]!;
      const name = `${packing}-${lengthBytes}`;
      const acquirer = { name, packing, lengthBytes, headerBytes, tpdu, terminals: [terminal.id] };
      const served = await network.serve({ lines: lines({ acquirers: [acquirer] }) });
      const kind = ({ 0: 'none', 2: 'length2', 4: 'length4' } as const)[lengthBytes];
      const packaging = PACKINGS[packing];
      const framing = { kind, headerBytes, maxBytes: 9_999, packaging };
      const line = await open({ at: served.port, framing, packaging });
      await signOn(terminal, line);
      const answer = await line.ask(terminal.withdrawal({ ...card(), amountMinor: 1_000 }));
      expect(code(answer)).toBe('00');
      expect(terminal.trusts(answer)).toBe(true);
      line.close();
      await served.close();
    },
  );
});
