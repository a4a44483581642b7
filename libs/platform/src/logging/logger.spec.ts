import { inspect } from 'node:util';
import fc from 'fast-check';
import { Secret } from '../secret/secret.js';
import { type FieldTable, LOG_FIELDS } from './fields.js';
import { createLogger, type LoggerOptions } from './logger.js';
import { NestLogger } from './nest-logger.js';

function capture(options: Partial<LoggerOptions> = {}) {
  const lines: string[] = [];
  const logger = createLogger({
    service: 'switch',
    form: 'json',
    level: 'trace',
    destination: { write: (line: string) => void lines.push(line) },
    ...options,
  });
  return { logger, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') };
}

it('writes one JSON object per line: time, level, service, message, fields', () => {
  const { logger, last } = capture();
  logger.info('answered', { issuer: 'BANK-A', amountMinor: 5000n, chunk: 17, ready: true });
  expect(last()).toEqual({
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    level: 'info',
    service: 'switch',
    pid: process.pid,
    msg: 'answered',
    issuer: 'BANK-A',
    amountMinor: '5000',
    chunk: 17,
    ready: true,
  });
});

it('shows each field as the table says, and text of an undeclared one not at all', () => {
  const { logger, last } = capture();
  logger.info('all kinds', {
    pan: '4000000000000015',
    card: 'not a number',
    pin: '1234',
    terminal: Secret.of('1234'),
    whatever: '1234',
    bytes: Uint8Array.of(0x12, 0x34),
    nested: { pin: '1234' },
    fields: { pin: '1234', stan: '000001', fields: { stan: '1' } },
    constructor: '1234',
  });
  expect(last()).toMatchObject({
    pan: '400000******0015',
    card: '[secret]',
    pin: '[secret]',
    terminal: '[secret]',
    whatever: '[undeclared]',
    bytes: '[undeclared]',
    nested: '[undeclared]',
    fields: { pin: '[secret]', stan: '000001', fields: '[undeclared]' },
    constructor: '[undeclared]',
  });
});

it('shows of an error its name, code, message and stack, never a driver’s details', () => {
  const { logger, last, lines } = capture();
  const error = Object.assign(new Error('duplicate key', { cause: new Error('inner') }), {
    code: '23505',
    detail: 'Key (pan)=(4000000000000015) already exists.',
    where: '4000000000000015',
    parameters: ['4000000000000015'],
  });
  logger.error('failed', { err: error });
  expect(last().err).toMatchObject({
    type: 'Error',
    code: '23505',
    message: 'duplicate key',
    cause: 'Error: inner',
  });
  expect(lines.join()).not.toContain('4000000000000015');
});

it('keeps secrets out whatever else is logged, as JSON and pretty, also in children', () => {
  const canary = 'hush9571hush';
  const hidden: FieldTable = Object.fromEntries(
    Object.entries(LOG_FIELDS).filter(([, kind]) => kind === 'secret'),
  );
  const anything = fc.dictionary(
    fc.constantFrom(...Object.keys(hidden), 'undeclared', 'someKey'),
    fc.constantFrom<unknown>(
      canary,
      { a: canary },
      [canary],
      Secret.of(canary),
      Buffer.from(canary),
    ),
  );
  for (const form of ['json', 'pretty'] as const) {
    const { logger, lines } = capture({ form });
    fc.assert(
      fc.property(anything, (fields) => {
        logger.child(fields).info('message', fields);
        logger.info('message', { fields });
      }),
      { numRuns: 50 },
    );
    expect(lines.length).toBeGreaterThan(50);
    const all = lines.join('');
    for (const form of [
      canary,
      Buffer.from(canary).toString('hex'),
      Buffer.from(canary).toString('base64'),
    ]) {
      expect(all).not.toContain(form);
    }
  }
});

it('does not let a service declare a secret field as plain', () => {
  const { logger, last } = capture({ fields: { pin: 'plain', pan: 'plain', tableId: 'plain' } });
  logger.info('message', { pin: '1234', pan: '4000000000000015', tableId: 'T1' });
  expect(last()).toMatchObject({ pin: '[secret]', pan: '400000******0015', tableId: 'T1' });
});

it('writes no line below its level, and none when silent', () => {
  const { logger, lines } = capture({ level: 'warn' });
  logger.info('quiet');
  expect(lines).toEqual([]);
  expect([logger.enabled('info'), logger.enabled('warn')]).toEqual([false, true]);
});

it('takes Nest’s lines, its start-up chatter as debug', () => {
  const { logger, last } = capture();
  const nest = new NestLogger(logger);
  nest.log('Mapped {/, GET} route', 'RouterExplorer');
  expect(last()).toMatchObject({ level: 'debug', context: 'RouterExplorer' });
  nest.error(new Error('broken'), 'ExceptionsHandler');
  expect(last()).toMatchObject({ level: 'error', msg: 'broken', err: { message: 'broken' } });
  expect(inspect(last())).not.toContain('[undeclared]');
});
