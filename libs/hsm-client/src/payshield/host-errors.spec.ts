/** Every error code of a payShield as what the device would say, asked for over TCP. */
import { Cursor, HOST_COMMANDS, type HostCommandCode, listenWire } from '@pinfold/host-commands';
import {
  COMMANDS,
  COMMON_ERRORS,
  type CommandName,
  HOST_ERRORS,
  type HsmJob,
  RULES,
} from '@pinfold/hsm';
import fc from 'fast-check';
import { HsmPool } from '../pool/pool.js';
import { type HsmAnswer, HsmUnavailable } from '../port.js';
import { payshieldClient } from './client.js';
import {
  ELSEWHERE,
  HOST_ERROR_ROWS,
  outcomeOf,
  REPLY_UNEXPECTED,
  SETTINGS_REFUSE,
} from './host-errors.js';
import { ROWS } from './rows.js';
import { payshieldToken } from './tokens.js';

const key = (role: Parameters<typeof payshieldToken>[0]) =>
  payshieldToken(role, `U${'1'.repeat(32)}`);
const pan = '4000000000000010';
const block = { pan, pinBlock: new Uint8Array(8), format: 'iso0' as const };
const data = Uint8Array.of(1);
const records = { seal: () => 'sealed', open: () => 'V;1;1234' };

/** A sound job for each command that goes to a payShield. */
const JOBS: Partial<Record<CommandName, HsmJob>> = {
  GenerateMac: { command: 'GenerateMac', input: { key: key('ZAK'), data } },
  VerifyMac: { command: 'VerifyMac', input: { key: key('TAK'), data, mac: new Uint8Array(8) } },
  TranslatePinBlock: {
    command: 'TranslatePinBlock',
    input: {
      pan,
      pinBlock: new Uint8Array(8),
      from: { key: key('TPK'), format: 'iso0' },
      to: { key: key('ZPK'), format: 'iso0' },
    },
  },
  VerifyPin: {
    command: 'VerifyPin',
    input: { ...block, key: key('ZPK'), pvk: key('PVK'), record: 'sealed record' },
  },
  CreateVerificationRecord: {
    command: 'CreateVerificationRecord',
    input: { ...block, method: 'visa-pvv', pvki: '1', key: key('ZPK'), pvk: key('PVK') },
  },
  GenerateWorkingKey: { command: 'GenerateWorkingKey', input: { usage: 'TPK' } },
  ExportKey: { command: 'ExportKey', input: { key: key('ZPK'), under: key('ZMK') } },
  ImportKey: {
    command: 'ImportKey',
    input: { keyBlock: '1'.repeat(32), under: key('ZMK'), usage: 'ZPK' },
  },
  KeyCheckValue: { command: 'KeyCheckValue', input: { key: key('ZMK') } },
};
const SEED = 20261122;
const names = Object.keys(ROWS) as CommandName[];

describe('a payShield that answers with an error', () => {
  let reply = '';
  let asked = new Set<string>();
  let port: Awaited<ReturnType<typeof listenWire>>;
  let pool: HsmPool;
  const execute = (jobs: readonly HsmJob[]): Promise<HsmAnswer[]> =>
    payshieldClient({
      pool,
      scheme: 'variant',
      local: { execute: async () => [], run: async () => [] },
      records,
    }).execute(jobs);

  beforeAll(async () => {
    port = await listenWire({
      port: 0,
      minBytes: 6,
      answer: (messages, replies) => {
        for (let i = 0; i < messages.count; i++) {
          const text = messages.buffers[i]!.toString('latin1', messages.from[i], messages.end[i]);
          const code = text.slice(4, 6) as HostCommandCode;
          const answer = code === 'NC' ? `00${'0'.repeat(16)}1500-0000` : reply;
          if (code !== 'NC') asked.add(code);
          replies.text(text.slice(0, 4) + HOST_COMMANDS.get(code)!.replyCode + answer);
        }
      },
    });
    pool = new HsmPool({
      urls: [{ scheme: 'payshield', host: '127.0.0.1', port: port.port }],
      backOffMs: [1, 2],
      attempts: 2,
    });
  });
  afterAll(async () => {
    await pool.close();
    await port.close();
  });

  it('is asked for all commands of the table', () => {
    expect(Object.keys(JOBS).sort()).toEqual([...names].sort());
  });

  const rows = HOST_ERROR_ROWS.flatMap((row) => row.codes.map((code) => [code, row] as const));

  it.each(rows)('%s is what the table says, for every command', async (code, row) => {
    reply = code;
    asked = new Set();
    const answers = await execute(names.map((name) => JOBS[name]!));
    const expected = names.map((name) => {
      const outcome = row.of?.[name] ?? row.outcome;
      return row.verdict
        ? { ok: false, code: outcome }
        : { ok: false, code: outcome, rule: `payshield.${code}` };
    });
    expect(answers).toEqual(expected);
    const first = names.map((name) => ROWS[name]!.host);
    for (const hosts of first) expect(hosts.some((host) => asked.has(host))).toBe(true);
  });

  it.each(['13', '41', '42'])('%s says that it cannot work', async (code) => {
    reply = code;
    const failed = execute([JOBS.GenerateMac!]);
    await expect(failed).rejects.toThrow(HsmUnavailable);
    await expect(failed).rejects.toMatchObject({ code: `HOST_${code}` });
    expect(pool.status()[0]!.lastError?.code).toBe(`HOST_${code}`);
  });

  it.each(['00', '0012', '00AB', '99', '--', '01XX', '0U'])(
    'does not believe the reply %j',
    async (text) => {
      reply = text;
      const answers = await execute(names.map((name) => JOBS[name]!));
      // Whole replies to commands that give nothing back are just that.
      const trusted = new Set<CommandName>(text === '00' ? ['VerifyMac', 'VerifyPin'] : []);
      for (const [i, name] of names.entries()) {
        if (!trusted.has(name)) {
          expect([name, answers[i]]).toMatchObject([name, { ok: false, code: REPLY_UNEXPECTED }]);
        }
      }
    },
  );

  it('is broken where it sends no code at all', async () => {
    reply = '0';
    await expect(execute([JOBS.GenerateMac!])).rejects.toMatchObject({ code: 'LINK_BROKEN' });
  });

  const ab = (count: number) => 'AB'.repeat(count);
  const block = (header: string) => `${header}${ab(48)}`.slice(0, 112);

  it.each<[CommandName, string, unknown]>([
    ['GenerateMac', ab(8), { mac: new Uint8Array(8).fill(0xab) }],
    ['GenerateMac', ab(4), undefined],
    ['VerifyMac', '', {}],
    ['VerifyMac', ab(8), undefined],
    ['TranslatePinBlock', `04${ab(8)}01`, { pinBlock: new Uint8Array(8).fill(0xab) }],
    ['TranslatePinBlock', `04${ab(16)}01`, undefined],
    ['TranslatePinBlock', '0401', undefined],
    ['VerifyPin', '', {}],
    ['VerifyPin', '00', undefined],
    [
      'GenerateWorkingKey',
      `U${ab(16)}123456`,
      { key: `payshield:TPK:U${ab(16)}`, checkValue: '123456' },
    ],
    ['GenerateWorkingKey', `${block('S1011272TB00N0000')}123456`, undefined],
    ['ExportKey', `X${ab(16)}123456`, { keyBlock: ab(16), checkValue: '123456' }],
    ['ExportKey', `U${ab(16)}123456`, undefined],
    ['ExportKey', `${ab(8)}123456`, undefined],
    ['ExportKey', `R${block('D0112P0TB00E0000')}123456`, undefined],
    ['ImportKey', `U${ab(16)}123456`, { key: `payshield:ZPK:U${ab(16)}`, checkValue: '123456' }],
    ['KeyCheckValue', '123456', { checkValue: '123456' }],
    ['KeyCheckValue', '123456ABCDEF0123', { checkValue: '123456' }],
    ['KeyCheckValue', '1234', undefined],
  ])('is believed only where %s gets what it gives: %j', async (name, fields, value) => {
    reply = `00${fields}`;
    const [answer] = await execute([JOBS[name]!]);
    if (value === undefined) expect(answer).toMatchObject({ ok: false, code: REPLY_UNEXPECTED });
    else expect(answer).toEqual({ ok: true, value });
  });
});

/** What would reach beyond its field, were it believed. */
const TRICKS = [
  '%02',
  '\x19',
  `${'1'.repeat(32)}%02`,
  `${key('ZMK')}%02`,
  `${key('ZPK')};1`,
  key('TMK'),
  `${pan};`,
  'visa-pvv',
  '1;',
];

describe('whatever comes', () => {
  let reply = '';
  const send = async (command: string) => {
    const { parse, replyCode } = HOST_COMMANDS.get(command.slice(0, 2))!;
    const cursor = Object.assign(new Cursor(), { text: command, at: 2, end: command.length });
    // Nothing of the caller's stands where only the client may say something: LMK, key attributes.
    expect([parse(cursor), command.slice(cursor.at)]).toEqual([true, '']);
    return replyCode + reply;
  };
  const pool = { send } as unknown as HsmPool;
  const client = payshieldClient({
    pool,
    scheme: 'variant',
    local: { execute: async () => [], run: async () => [] },
    records,
    decimalisationTable: '0123456789012345',
  });
  const isAnswer = (answer: HsmAnswer) => typeof (answer.ok ? answer.value : answer.code);

  it('from a payShield is an answer or none', async () => {
    const whole = fc.tuple(
      fc.constantFrom('', 'U', 'X', 'S1', 'RD', '04'),
      fc.nat({ max: 120 }).map((size) => '0123456789ABCDEF'.repeat(8).slice(0, size)),
    );
    const replies = fc.oneof(
      fc.string({ maxLength: 120 }),
      fc.tuple(fc.constantFrom('00', '01', '02', '10'), whole).map((all) => all.flat().join('')),
    );
    await fc.assert(
      fc.asyncProperty(replies, async (text) => {
        reply = text;
        for (const answer of await client.execute(names.map((name) => JOBS[name]!))) {
          expect(isAnswer(answer)).toMatch(/^(?:object|string)$/);
        }
      }),
      { seed: SEED, numRuns: 300 },
    );
  });

  it('from a caller is an answer, and in the command sent nothing but its fields', async () => {
    reply = '68';
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...names),
        fc.nat(),
        fc.oneof(fc.anything(), fc.string(), fc.constantFrom(...TRICKS)),
        async (name, at, value) => {
          const job = JOBS[name]!;
          const members = Object.keys(job.input);
          const input = { ...job.input, [members[at % members.length]!]: value };
          const [answer] = await client.execute([{ ...job, input } as unknown as HsmJob]);
          expect(answer).toMatchObject({ ok: false, code: expect.stringMatching(/^[A-Z_]+$/) });
        },
      ),
      { seed: SEED, numRuns: 1_000 },
    );
  });
});

describe('the table of errors', () => {
  it('has each code once, and none that nobody knows', () => {
    const codes = HOST_ERROR_ROWS.flatMap((row) => row.codes);
    expect(new Set(codes).size).toBe(codes.length);
    const known = new Set(Object.keys(HOST_ERRORS));
    expect([...codes, ...Object.keys(ELSEWHERE)].filter((code) => !known.has(code))).toEqual([]);
    expect(codes.filter((code) => Object.hasOwn(ELSEWHERE, code))).toEqual([]);
  });

  it('speaks as the device does, but for what only a payShield can say', () => {
    const own = new Set<string>([SETTINGS_REFUSE, REPLY_UNEXPECTED]);
    const ofRules = new Set(Object.values(RULES).map(({ error }) => error as string));
    for (const name of names) {
      const known = new Set<string>([...COMMANDS[name].errors, ...Object.keys(COMMON_ERRORS)]);
      for (const row of HOST_ERROR_ROWS) {
        const outcome = row.of?.[name];
        if (outcome === undefined || own.has(outcome)) continue;
        expect([name, outcome, known.has(outcome) || ofRules.has(outcome)]).toEqual([
          name,
          outcome,
          true,
        ]);
      }
    }
  });

  it('leaves what it does not know to who reads the log', () => {
    expect(outcomeOf('51', 'VerifyPin')).toEqual({
      ok: false,
      code: REPLY_UNEXPECTED,
      rule: 'payshield.51',
    });
  });
});
