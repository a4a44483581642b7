/**
 * A client that nobody here wrote: jPOS (org.jpos:jpos) packs the same bytes as libs/iso8583, and
 * withdraws at the running program over its own channels. jPOS is under the AGPL; it is fetched at
 * test time, runs in a process of its own, and is neither committed nor a dependency.
 *
 * Skipped where Java or Maven is missing, unless PINFOLD_REQUIRE_SERVERS=1.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { fromHex, toHex } from '@pinfold/crypto';
import {
  ASCII_HEX_1987,
  BINARY_1987,
  FIELDS_1987,
  type FieldValue,
  type IsoMessage,
  pack,
  parse,
  readFormat,
} from '@pinfold/iso8583';
import { freePort } from '../support/free-port.js';
import { type RunningProgram, startProgram, testFolder } from '../support/program.js';
import { typedIn } from '../support/typed-in.js';
import { installJpos } from './install.js';
import { Jpos, type JposPackager } from './jpos.js';

jest.setTimeout(240_000);

const installed = installJpos();
if (installed.missing !== undefined) {
  const line = `jPOS cannot be run here; missing: ${installed.missing}`;
  if (process.env.PINFOLD_REQUIRE_SERVERS === '1') throw new Error(line);
  process.stderr.write(`${line}\n`);
}
const withJpos = installed.libs === undefined ? describe.skip : describe;

const PACKAGERS = [
  ['ISO87A', ASCII_HEX_1987],
  ['ISO87B', BINARY_1987],
] as const;

const COMMON = { 7: '1121221530', 11: '000042', 32: '100001', 41: 'JPOS0001' };
const MAC = fromHex('0123456789ABCDEF');
const CASH = {
  ...COMMON,
  2: '4000000000000010',
  3: '010000',
  4: '000000005000',
  12: '221530',
  13: '1121',
  37: '632522000042',
  49: '978',
};

const MESSAGES: readonly (readonly [string, IsoMessage])[] = [
  ['a sign-on', { mti: '0800', fields: { ...COMMON, 70: '001' } }],
  [
    'a sign-on with a MAC',
    { mti: '0800', fields: { ...COMMON, 53: '1'.repeat(16), 70: '001', 128: MAC } },
  ],
  [
    'a withdrawal',
    {
      mti: '0200',
      fields: {
        ...CASH,
        14: '3012',
        18: '6011',
        22: '021',
        25: '00',
        42: 'A SHOP         ',
        43: 'SOMEWHERE'.padEnd(38).concat('XX'),
        52: fromHex('FFEEDDCCBBAA0099'),
        53: '0100010001000000',
        64: MAC,
      },
    },
  ],
  ['an answer', { mti: '0210', fields: { ...CASH, 38: 'A1B2C3', 39: '00', 64: MAC } }],
  [
    'a reversal',
    {
      mti: '0420',
      fields: {
        ...CASH,
        39: '17',
        90: '020000004211212215300000010000100000000000',
        95: `000000002000${'0'.repeat(30)}`,
        128: MAC,
      },
    },
  ],
  [
    'odd lengths, track data, a sign and private data',
    {
      mti: '0100',
      fields: {
        ...COMMON,
        2: '4000000000000000006',
        28: 'D00000150',
        32: '12345',
        35: '4000000000000010=30122010000012345',
        44: 'x',
        48: 'TPK|1|ABCDEF;|',
        54: '0001978C000000001000',
        102: 'account-1',
      },
    },
  ],
];

/** Fields that the stock packagers do not write as ISO 8583:1987 has them. */
const JPOS_OWN: ReadonlySet<number> = new Set([
  93, // 6 characters in place of 5
  96, // text in place of bytes
]);

/** Each field alone: empty-ish, odd, even and full. */
function alone(): (readonly [string, IsoMessage])[] {
  return Object.entries(FIELDS_1987).flatMap(([key, { format }]) => {
    const number = Number(key);
    const { kind, lengthDigits, size } = readFormat(format);
    const lengths = lengthDigits === 0 ? [size] : [1, 2, 3, size - 1, size];
    return JPOS_OWN.has(number)
      ? []
      : lengths.map((length) => {
          const digits = '1234567890'.repeat(100).slice(0, length);
          const texts: Record<string, FieldValue> = {
            b: Uint8Array.from({ length }, (_, i) => i),
            'x+n': `C${digits.slice(1)}`,
          };
          const fields = { [number]: texts[kind] ?? digits };
          return [`DE ${number}, ${length} of ${format}`, { mti: '0200', fields }] as const;
        });
  });
}

withJpos('jPOS', () => {
  let jpos: Jpos;
  beforeAll(() => {
    jpos = new Jpos(installed.libs!);
  });
  afterAll(() => jpos?.end());

  describe.each(PACKAGERS)('%s', (packager: JposPackager, packaging) => {
    it.each(MESSAGES)('packs %s to the same bytes', async (_, message) => {
      const theirs = await jpos.pack(packager, message);
      expect(theirs).toBe(toHex(pack(message, packaging)));
      const read = parse(fromHex(theirs), packaging);
      expect(read.ok && toHex(pack(read.value, packaging))).toBe(theirs);
    });

    it('packs every field alone to the same bytes', async () => {
      const different: string[] = [];
      for (const [name, message] of alone()) {
        const theirs = await jpos.pack(packager, message);
        if (theirs !== toHex(pack(message, packaging))) different.push(name);
      }
      expect(different).toEqual([]);
    });
  });

  describe('at the running program', () => {
    const folder = testFolder();
    const dataDir = join(folder.path, 'data');
    let program: RunningProgram;
    let binaryPort: number;

    beforeAll(async () => {
      binaryPort = await freePort();
      const acquirers = [
        { name: 'characters', lengthBytes: 4, packing: 'ascii', terminals: ['JPOS0001'] },
        { name: 'binary', packing: 'binary', terminals: ['JPOS0002'], port: binaryPort },
      ];
      const file = join(folder.path, 'lines.json');
      writeFileSync(file, JSON.stringify({ acquirers }));
      mkdirSync(dataDir);
      program = await startProgram(dataDir, {
        args: ['--no-traffic', '--cards', '20', '--terminals', '1', '--lines', file],
      });
    });
    afterAll(async () => {
      await program?.kill();
      folder.remove();
    });

    it.each([
      ['ASCIIChannel', 'ISO87A', 'JPOS0001', '4000000000000010'],
      ['NACChannel', 'ISO87B', 'JPOS0002', '5100000000000016'],
    ] as const)(
      '%s with %s: keys, sign-on, withdrawal, reversal',
      async (channel, packager, id, pan) => {
        const terminal = typedIn(dataDir, id);
        const { iso } = program.ready as unknown as { iso: number };
        await jpos.open({ channel, packager, port: channel === 'ASCIIChannel' ? iso : binaryPort });
        const trusted = async (message: IsoMessage): Promise<IsoMessage> => {
          const answer = await jpos.send(message);
          expect(terminal.trusts(answer)).toBe(true);
          return answer;
        };

        const keys = await jpos.send(terminal.network('101'));
        expect(keys).toMatchObject({ mti: '0810', fields: { 39: '00', 41: id, 70: '101' } });
        terminal.takeKeys(keys);
        const signedOn = await trusted(terminal.network('001'));
        expect(signedOn).toMatchObject({ mti: '0810', fields: { 39: '00', 70: '001' } });

        const card = program.json<{ pin: string; expiry: string; balanceMinor: number }>(
          ...['card', 'show', pan, '--demo'],
        );
        const request = terminal.withdrawal({ ...card, pan, expiry: '3012', amountMinor: 5_000 });
        const paid = await trusted(request);
        expect(paid).toMatchObject({ mti: '0210', fields: { 39: '00', 4: '000000005000' } });
        const balance = () =>
          program.json<{ balanceMinor: number }>('card', 'show', pan, '--demo').balanceMinor;
        expect(balance()).toBe(card.balanceMinor - 5_000);

        const reversed = await trusted(terminal.reversal(request));
        expect(reversed).toMatchObject({ mti: '0430', fields: { 39: '00' } });
        for (let i = 0; i < 10 && balance() !== card.balanceMinor; i++);
        expect(balance()).toBe(card.balanceMinor);
        await jpos.close();
      },
    );

    it('leaves books that match', () => {
      expect(program.json('reconcile')).toMatchObject({ exit: 0, clean: true });
    });
  });
});
