/** `pinfold vectors`, as someone with vectors of their own uses it. */
import { mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { runProgram } from '../cli/program.js';

let root: string;
beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pinfold-vectors-'));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

async function vectors(...args: string[]) {
  const written: { out: string; err: string } = { out: '', err: '' };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.out += String(text);
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockImplementation((text) => {
    written.err += String(text);
    return true;
  });
  process.exitCode = undefined;
  try {
    await runProgram(['node', 'pinfold', 'vectors', ...args]);
    return { ...written, code: Number(process.exitCode ?? 0) };
  } finally {
    out.mockRestore();
    err.mockRestore();
    process.exitCode = undefined;
    process.stdout.removeAllListeners('error'); // a program is not run twice in a process
  }
}

function file(name: string, content: string): string {
  const path = join(root, name);
  writeFileSync(path, content);
  return path;
}

const good = { id: 'good', op: 'odd-parity', key: '00', expect: { key: '01' } };
const wrong = { id: 'wrong', op: 'odd-parity', key: '00', expect: { key: '00' } };
const unknown = { id: 'unknown', op: 'no-such-thing', expect: { key: '00' } };
const json = (...cases: unknown[]) => JSON.stringify({ source: 'mine', cases });

it('counts each file, and ends with the sum', async () => {
  const one = file('one.json', json(good));
  const two = file('two.json', json(good, good));
  expect(await vectors(one, two)).toEqual({
    out: `     1 of 1  ${one}\n     2 of 2  ${two}\n3 passed, 0 failed\n`,
    err: '',
    code: 0,
  });
});

it('names each failing and unknown case by its id', async () => {
  const path = file('bad.json', json(good, wrong, unknown, 7));
  const { out, code } = await vectors(path);
  expect(code).toBe(1);
  expect(out.split('\n').slice(1)).toEqual([
    '       FAILED wrong: differs in key',
    '       FAILED unknown: unknown operation no-such-thing',
    '       FAILED (no id, case 4): not a case: it must be an object with expect',
    '1 passed, 3 failed',
    '',
  ]);
});

it('gives the same as one document', async () => {
  const path = file('document.json', json(good, wrong));
  const { out, code } = await vectors(path, '--json');
  expect(code).toBe(1);
  expect(JSON.parse(out)).toEqual({
    passed: 1,
    failed: 1,
    cases: [
      { file: path, id: 'good', ok: true, why: '' },
      { file: path, id: 'wrong', ok: false, why: 'differs in key' },
    ],
  });
});

it('reads a file that begins with a byte order mark', async () => {
  expect((await vectors(file('mark.json', `\uFEFF${json(good)}`))).code).toBe(0);
});

it.each<[string, number, string, () => string]>([
  ['is missing', 3, 'cannot be read: there is no such file', () => join(root, 'none.json')],
  [
    'is a folder',
    3,
    'cannot be read: it is a folder',
    () => {
      mkdirSync(join(root, 'folder'), { recursive: true });
      return join(root, 'folder');
    },
  ],
  ['is empty', 2, 'is not a JSON document', () => file('empty.json', '')],
  ['breaks off', 2, 'is not a JSON document', () => file('cut.json', '{"cases": [')],
  [
    'is huge',
    2,
    'is larger than 64 MiB',
    () => {
      const path = file('huge.json', '');
      truncateSync(path, 65 * 2 ** 20);
      return path;
    },
  ],
])('says in one line that a file %s', async (_, code, why, make) => {
  const path = make();
  const told = await vectors(path);
  expect(told).toMatchObject({ code, out: '' });
  expect(told.err).toMatch(/^pinfold: .*\n$/);
  expect(told.err).toContain(`${path} ${why}`);
  const { error } = JSON.parse((await vectors(path, '--json')).out);
  expect(error.message).toContain(why);
});

it.each<[string, string, string]>([
  ['another document', '[1, 2]', 'not a vector file: no cases and no tables'],
  ['a file without cases', '{"cases": []}', 'the file holds no case'],
])('fails %s', async (_, content, why) => {
  const { out, code } = await vectors(file('other.json', content));
  expect(code).toBe(1);
  expect(out).toContain(`FAILED (file): ${why}\n0 passed, 1 failed\n`);
});

it('wants a file', async () => {
  expect((await vectors()).code).toBe(2);
});
