/** The lines file: what is taken, what is refused, and that the reference tells it as it is. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UsageError } from '@pinfold/platform';
import { LINE_LIMITS, limitsOf } from './limits.js';
import { partnersOf, withPartners } from './line-keys.js';
import { DEMO_LINES, parseLines, readLines } from './lines-file.js';
import { networkNameTaken } from './network-names.js';

const REFERENCE = readFileSync(
  new URL('../../../../docs/reference/iso-port.md', import.meta.url),
  'utf8',
);
const read = (document: unknown) =>
  parseLines(JSON.stringify(document), { path: 'lines.json', folder: '/etc/lines' });

const acquirer = { name: 'one', terminals: ['ISO00001'] };
const issuer = { name: 'bank-c', host: '127.0.0.1', port: 9583, cards: { prefix: '52' } };
const print = '0'.repeat(64);
const tls = { key: 'k', certificate: 'c', clientCa: 'a' };

describe('the lines file', () => {
  it('reads the example of the reference', () => {
    const example = /```json\n([\s\S]*?)```/.exec(REFERENCE)![1]!;
    const lines = parseLines(example, { path: 'example', folder: '/etc/lines' });
    expect(lines.acquirers[1]).toMatchObject({ tls: { key: '/etc/lines/server.key' }, tpdu: true });
    expect(lines.acquirers[1]!.certificates[0]).toMatch(/^[0-9A-F]{64}$/);
    expect(partnersOf(lines).map(({ name }) => name)).toEqual(['bank-c']);
  });

  it('has defaults', () => {
    expect(read({ acquirers: [acquirer] }).acquirers[0]).toMatchObject({
      packing: 'ascii',
      lengthBytes: 2,
      address: '127.0.0.1',
      headerBytes: 0,
    });
    expect(DEMO_LINES.acquirers[0]!.terminals).toContain('ISO00001');
  });

  it('gives a line its own idle time and requests in flight, and the usual ones otherwise', () => {
    const own = { idleSeconds: 3_600, inFlight: 8 };
    const { acquirers, issuers } = read({
      acquirers: [{ ...acquirer, ...own }],
      issuers: [{ ...issuer, idleSeconds: 90 }],
    });
    expect(limitsOf(acquirers[0]!)).toEqual({ ...LINE_LIMITS, idleMs: 3_600_000, inFlight: 8 });
    expect(limitsOf(issuers[0]!).idleMs).toBe(90_000);
    expect(limitsOf(DEMO_LINES.acquirers[0]!)).toEqual(LINE_LIMITS);
  });

  it.each([
    [{ acquirer: [] }, 'acquirer'],
    [{ acquirers: [{ ...acquirer, idleSeconds: 5 }] }, 'idleSeconds'],
    [{ issuers: [{ ...issuer, inFlight: 8 }] }, 'inFlight'],
    [{ acquirers: [{ ...acquirer, terminals: ['short'] }] }, 'terminals.0'],
    [{ acquirers: [{ ...acquirer, packing: 'xml' }] }, 'packing'],
    [{ acquirers: [{ ...acquirer, lengthBytes: 3 }] }, 'lengthBytes'],
    [{ acquirers: [acquirer, acquirer] }, 'two lines'],
    [{ acquirers: [acquirer, { ...acquirer, name: 'two', port: 1 }] }, 'on two lines'],
    [{ acquirers: [acquirer, { name: 'two', terminals: ['ISO00002'] }] }, 'a port each'],
    [{ acquirers: [{ ...acquirer, address: '0.0.0.0' }] }, 'beyond loopback'],
    [{ acquirers: [{ ...acquirer, certificates: [print] }] }, 'certificates need tls'],
    [{ acquirers: [{ ...acquirer, tls }] }, 'tls needs certificates'],
    [{ acquirers: [{ ...acquirer, tpdu: true }] }, 'TPDU'],
    [
      {
        acquirers: [
          { ...acquirer, tls, certificates: [print] },
          { name: 'two', terminals: ['ISO00002'], tls, certificates: [print] },
        ],
      },
      'one certificate, two lines',
    ],
    [{ issuers: [{ ...issuer, host: 'bank.example' }] }, 'beyond loopback'],
    [{ issuers: [{ ...issuer, header: '0' }] }, 'header'],
    [{ issuers: [{ ...issuer, tls: { ca: 'a', key: 'k' } }] }, 'go together'],
  ])('refuses %j', (document, why) => {
    expect(() => read(document)).toThrow(UsageError);
    expect(() => read(document)).toThrow(why);
  });

  it.each([
    [
      { acquirers: [{ name: 'one', terminals: ['ATM00500'] }] },
      "terminal ATM00500 is one of the network's own",
    ],
    [{ issuers: [{ ...issuer, name: 'atm' }] }, 'an issuer cannot be called atm'],
    [{ issuers: [{ ...issuer, name: 'acq1' }] }, 'an issuer cannot be called acq1'],
    [
      { issuers: [{ ...issuer, cards: { prefix: '400000' } }] },
      "bank-c: cards 400000 are bank-a's",
    ],
    [{ issuers: [issuer, { ...issuer, name: 'bank-d' }] }, "bank-d: cards 52 are bank-c's"],
  ])('refuses what the network has: %j', (document, why) => {
    const folder = mkdtempSync(join(tmpdir(), 'pinfold-lines-'));
    const path = join(folder, 'lines.json');
    writeFileSync(path, JSON.stringify(document));
    expect(() => readLines(path)).toThrow(UsageError);
    expect(() => readLines(path)).toThrow(why);
    rmSync(folder, { recursive: true });
  });

  it('lets a partner have a part of the cards of another issuer', () => {
    const part = read({ issuers: [{ ...issuer, cards: { prefix: '4000009' } }] });
    expect(networkNameTaken(part)).toBeUndefined();
  });

  it('refuses what is no JSON without repeating it', () => {
    const text = '{"key": "4000000000000010"';
    expect(() => parseLines(text, { path: 'lines.json', folder: '.' })).toThrow(
      'the lines file lines.json: not JSON',
    );
  });

  it('knows whose cards a partner has', () => {
    const { cards: _, ...bare } = issuer;
    expect(() => partnersOf(read({ issuers: [bare] }))).toThrow('needs "cards"');
    const demo = { ...issuer, name: 'bank-a' };
    expect(() => partnersOf(read({ issuers: [demo] }))).toThrow('must not have "cards"');
    expect(partnersOf(read({ issuers: [{ ...bare, name: 'bank-a' }] }))).toEqual([]);
    const options = { acquirer: '100001', issuers: [], routes: [] };
    expect(withPartners(options, read({ issuers: [issuer] }))).toMatchObject({
      routes: [{ prefix: '52', issuer: 'bank-c' }],
      issuers: [{ id: 'bank-c', algorithm: 'T', pinFormat: 'iso0' }],
    });
  });
});

it('the reference states the limits that are', () => {
  const { connections, connectionsPerAddress, handshakesPerSecond, inFlight } = LINE_LIMITS;
  expect(LINE_LIMITS).toMatchObject({ frameBytes: 32_768, frameMs: 5_000, idleMs: 300_000 });
  expect(REFERENCE).toContain(
    `${connectionsPerAddress} from one address, ${connections} on a port`,
  );
  expect(REFERENCE).toContain(`| ${handshakesPerSecond} a second from one address`);
  expect(REFERENCE).toContain(`| ${inFlight}, each for at most ${LINE_LIMITS.inFlightMs / 1000} s`);
  expect(REFERENCE).toContain(`nothing for ${LINE_LIMITS.unansweredMs / 1000} s after a request`);
  expect(REFERENCE).toContain(`answers are not taken | ${LINE_LIMITS.lingerMs / 1000} s`);
  expect(REFERENCE).toContain(`| ${LINE_LIMITS.writeBufferBytes / 1024} KiB; then`);
});
