import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EXIT_CODES, exitCodeOf, oneLine, UsageError } from './exit-codes.js';
import { readyDocument, removeReadyFile, writeReadyFile } from './ready-file.js';

it('is written whole, with 0 for what is not served, and removed at the end', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pinfold-ready-'));
  const file = join(folder, 'ready.json');
  try {
    await writeReadyFile(file, readyDocument({ ports: { http: 8080 }, mode: 'hardened' }));
    expect(await readdir(folder)).toEqual(['ready.json']);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual({
      pid: process.pid,
      http: 8080,
      host: 0,
      iso: 0,
      aws: 0,
      mode: 'hardened',
    });
    await removeReadyFile(file);
    await removeReadyFile(file);
    expect(await readdir(folder)).toEqual([]);
    const nowhere = join(folder, 'none/ready.json');
    const error = await writeReadyFile(nowhere, readyDocument({ ports: {}, mode: 'legacy' })).catch(
      (caught) => caught,
    );
    expect(error.message).toBe(`ready file ${nowhere} cannot be written (ENOENT)`);
    expect(exitCodeOf(error)).toBe(3);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

describe('exit codes', () => {
  it('are 0 to 3, each once', () => {
    expect(Object.values(EXIT_CODES).map(({ code }) => code)).toEqual([0, 1, 2, 3]);
  });

  it.each([
    [new UsageError('x'), 2],
    [Object.assign(new Error('x'), { code: 'ECONNREFUSED' }), 3],
    [Object.assign(new Error('x'), { code: '28P01' }), 3],
    [Object.assign(new Error('x'), { code: '23505' }), 1],
    ['text', 1],
    [undefined, 1],
  ])('of %p is %i', (error, code) => expect(exitCodeOf(error)).toBe(code));

  it('come with one line', () => {
    expect(oneLine(new Error('a\n  b\r\nc '))).toBe('a b c');
    expect(oneLine(new AggregateError([new Error('connect ECONNREFUSED')], ''))).toBe(
      'connect ECONNREFUSED',
    );
    expect(oneLine(undefined)).toBe('undefined');
  });
});
