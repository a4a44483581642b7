/** The officer's console, key ceremonies and the audit check, as the README shows them. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { runProgram } from '../cli/program.js';
import { provideSecrets } from '../device/secrets.js';

const OFFICERS = ['first officer pass', 'second officer pass'];
const BOTH = ['--as', 'officer-1,officer-2'];
let root: string;
let device: string[];

beforeAll(() => {
  root = mkdtempSync(join(tmpdir(), 'pinfold-console-'));
  device = ['--folder', join(root, 'device')];
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Runs a command with `--json`; gives its document and exit code. */
async function pinfold(args: readonly string[], secrets: readonly string[] = []) {
  const written: string[] = [];
  const out = jest.spyOn(process.stdout, 'write').mockImplementation((text) => {
    written.push(String(text));
    return true;
  });
  const err = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  provideSecrets(secrets);
  process.exitCode = undefined;
  try {
    await runProgram(['node', 'pinfold', ...args, '--json']);
    const code = Number(process.exitCode ?? 0);
    return { code, document: JSON.parse(written.join('') || 'null') };
  } finally {
    out.mockRestore();
    err.mockRestore();
    process.exitCode = undefined;
  }
}

const envelopes = (name: string) => ['--envelopes', join(root, name)];

describe('a device in a folder', () => {
  it('gets master keys from three components, and two officers', async () => {
    const { code, document } = await pinfold(
      ['hsm', 'init', ...device, ...envelopes('master')],
      OFFICERS,
    );
    expect(code).toBe(0);
    expect(document).toMatchObject({ mode: 'hardened', life: 'operational', masterKeyVersion: 1 });
    expect(document.envelopes).toHaveLength(3);
  });

  it('takes people under dual control, and nobody without a login', async () => {
    const add = (name: string, role: string, secret: string) =>
      pinfold(['hsm', 'user-add', name, '--role', role, ...device, ...BOTH], [...OFFICERS, secret]);
    expect((await add('carla', 'keyManager', 'carla passphrase')).code).toBe(0);
    for (const n of [1, 2, 3, 4]) {
      expect((await add(`cust-${n}`, 'custodian', `custodian ${n} pass`)).code).toBe(0);
    }
    const alone = ['hsm', 'user-add', 'eve', '--role', 'officer', ...device, '--as', 'officer-1'];
    expect(await pinfold(alone, [OFFICERS[0]!, 'eve passphrase'])).toMatchObject({
      code: 1,
      document: { error: { code: 'DUAL_CONTROL_REQUIRED' } },
    });
    const nobody = ['hsm', 'user-add', 'eve', '--role', 'officer', ...device];
    expect((await pinfold(nobody)).code).toBe(2);
  });

  it('lists people, changes a passphrase, and removes a person', async () => {
    const officer = [...device, '--as', 'officer-1'];
    const added = ['hsm', 'user-add', 'dora', '--role', 'auditor', ...device, ...BOTH];
    expect((await pinfold(added, [...OFFICERS, 'dora reads it'])).code).toBe(0);
    const list = () => pinfold(['hsm', 'users', ...officer], OFFICERS);
    expect((await list()).document.users).toContainEqual({
      name: 'dora',
      role: 'auditor',
      waits: false,
    });
    const change = ['hsm', 'passphrase', ...device, '--as', 'dora'];
    expect((await pinfold(change, ['dora reads it', 'dora reads more'])).code).toBe(0);
    const login = ['hsm', 'login', 'dora', ...device];
    expect((await pinfold(login, ['dora reads more'])).code).toBe(0);
    const remove = (name: string) =>
      pinfold(['hsm', 'user-remove', name, ...device, ...BOTH], OFFICERS);
    expect((await remove('dora')).code).toBe(0);
    expect((await pinfold(login, ['dora reads more'])).document.error.code).toBe('LOGIN_REFUSED');
    expect((await remove('officer-2')).document.error.code).toBe('USER_NEEDED');
    expect((await list()).document.users).toHaveLength(7);
  });

  it('makes a key in a ceremony, once', async () => {
    const made = await pinfold(
      [
        'ceremony',
        'generate',
        '--type',
        'ZCK',
        '--custodians',
        'cust-1,cust-2',
        ...device,
        '--as',
        'carla',
        ...envelopes('zck'),
      ],
      ['carla passphrase'],
    );
    const shares = made.document.shares.join();
    const combine = [
      'ceremony',
      'combine',
      '--type',
      'ZCK',
      '--shares',
      shares,
      ...device,
      '--as',
      'cust-1',
    ];
    const key = await pinfold(combine, ['custodian 1 pass']);
    expect(key).toMatchObject({ code: 0, document: { checkValue: expect.any(String) } });
    expect(await pinfold(combine, ['custodian 1 pass'])).toMatchObject({
      code: 1,
      document: { error: { code: 'SHARE_USED' } },
    });
  });

  it('takes components that custodians type or bring in envelopes: the same key', async () => {
    const [first, second] = ['0000000000000001-1-cust-1', '0000000000000001-2-cust-2'].map((name) =>
      JSON.parse(readFileSync(join(root, 'zck', `${name}.json`), 'utf8')),
    );
    const opened = await pinfold(
      [
        'ceremony',
        'open',
        '--type',
        'ZCK',
        '--custodians',
        'cust-1,cust-2',
        ...device,
        '--as',
        'carla',
      ],
      ['carla passphrase'],
    );
    const { ceremony } = opened.document;
    const contribute = ['ceremony', 'contribute', ceremony, ...device, '--custodian'];
    const typed = await pinfold([...contribute, 'cust-1'], ['custodian 1 pass', first.component]);
    expect(typed.document.checkValue).toBe(first.checkValue);
    const file = join(root, 'zck', '0000000000000001-2-cust-2.json');
    const brought = await pinfold(
      [...contribute, 'cust-2', '--envelope', file],
      ['custodian 2 pass'],
    );
    expect(brought.document.checkValue).toBe(second.checkValue);
    const shares = [typed.document.share, brought.document.share].join();
    const combine = [
      'ceremony',
      'combine',
      '--type',
      'ZCK',
      '--shares',
      shares,
      ...device,
      '--as',
      'cust-1',
    ];
    expect((await pinfold(combine, ['custodian 1 pass'])).code).toBe(0);
    expect((await pinfold([...contribute, 'cust-1'], ['custodian 1 pass', 'not hex'])).code).toBe(
      2,
    );
  });

  it('delays and refuses wrong passphrases, across runs of the program', async () => {
    const login = ['hsm', 'login', 'cust-3', ...device];
    expect((await pinfold(login, ['wrong'])).document.error.code).toBe('LOGIN_REFUSED');
    expect((await pinfold(login, ['custodian 3 pass'])).document.error.code).toBe('LOGIN_DELAYED');
    const { document } = await pinfold(['hsm', 'lock-out']);
    const answers = document.tries.map((one: { answer: string }) => one.answer);
    expect(answers).toContain('LOGIN_LOCKED');
    expect(answers.at(-1)).toBe('logged in');
    expect(document.guessesPerMinute).toBe(5);
  });

  it('gives its master keys back from two of three shares, in another folder', async () => {
    const people = ['--custodians', 'a,b,c', '--threshold', '2'];
    const backup = ['hsm', 'backup', ...device, ...BOTH, ...people, ...envelopes('backup')];
    const { document } = await pinfold(backup, OFFICERS);
    const [one, , three] = document.envelopes;
    const other = ['--folder', join(root, 'restored')];
    const restored = await pinfold(
      ['hsm', 'restore', ...other, '--from', `${one},${three}`],
      OFFICERS,
    );
    const before = await pinfold(['hsm', 'status', ...device]);
    expect(restored.document.checkValues).toEqual(before.document.checkValues);
    const few = ['--folder', join(root, 'few'), '--from', one];
    expect((await pinfold(['hsm', 'restore', ...few], OFFICERS)).code).toBe(1);
  });

  it('changes its master keys and re-encrypts a token', async () => {
    const made = await pinfold(
      [
        'ceremony',
        'generate',
        '--type',
        'TMK',
        '--custodians',
        'cust-1,cust-2',
        ...device,
        '--as',
        'carla',
        ...envelopes('tmk'),
      ],
      ['carla passphrase'],
    );
    const shares = made.document.shares.join();
    const { document: old } = await pinfold(
      ['ceremony', 'combine', '--type', 'TMK', '--shares', shares, ...device, '--as', 'cust-1'],
      ['custodian 1 pass'],
    );
    const before = await pinfold(['hsm', 'status', ...device]);
    const secrets = [1, 2, 4].map((n) => `custodian ${n} pass`);
    const people = ['--custodians', 'cust-1,cust-2,cust-4', ...BOTH, ...envelopes('new')];
    const change = ['hsm', 'change-master-keys', ...device, ...people];
    const changed = await pinfold(change, [...secrets, ...OFFICERS]);
    expect(changed).toMatchObject({ code: 0, document: { masterKeyVersion: 2 } });
    expect(changed.document.checkValues).not.toEqual(before.document.checkValues);
    const again = ['hsm', 're-encrypt', old.key, '--type', 'TMK', ...device, '--as', 'carla'];
    const renewed = await pinfold(again, ['carla passphrase']);
    expect(renewed).toMatchObject({ code: 0, document: { token: expect.any(String) } });
    const erase = ['hsm', 'erase-old', ...device, '--as', 'officer-1'];
    expect((await pinfold(erase, OFFICERS)).code).toBe(0);
    expect((await pinfold(again, ['carla passphrase'])).code).toBe(1);
    expect((await pinfold(erase, OFFICERS)).code).toBe(1);
  });

  it('tests itself, signs its audit chain, and shows what is wrong with a copy', async () => {
    const officer = [...device, '--as', 'officer-1'];
    const passed = await pinfold(['hsm', 'self-test', ...officer], OFFICERS);
    expect(passed).toMatchObject({ code: 0, document: { passed: true, failed: [] } });
    const checkpoint = join(root, 'checkpoint.json');
    expect(
      (await pinfold(['hsm', 'checkpoint', ...officer, '--out', checkpoint], OFFICERS)).code,
    ).toBe(0);
    const log = join(root, 'device', 'audit.log');
    const verify = (file: string) => pinfold(['audit', 'verify', file, '--checkpoint', checkpoint]);
    expect(await verify(log)).toMatchObject({ code: 0, document: { valid: true, firstBad: null } });
    const lines = readFileSync(log, 'utf8').split('\n');
    const copy = join(root, 'copy.log');
    const changes: [string[], number][] = [
      [lines.slice(0, 5), 6],
      [lines.toSpliced(3, 1), 4],
      [lines.with(3, lines[3]!.replace('"seq":4', '"seq":4,"who":"x"')), 4],
      [lines.with(3, lines[4]!).with(4, lines[3]!), 4],
    ];
    for (const [changed, firstBad] of changes) {
      writeFileSync(copy, changed.join('\n'));
      expect(await verify(copy)).toMatchObject({ code: 1, document: { valid: false, firstBad } });
    }
    expect((await verify(join(root, 'nothing'))).code).toBe(3);
  });

  it('has its tables registered by one and activated by another', async () => {
    const register = ['hsm', 'table-register', '0123456789012345', ...device, '--as', 'carla'];
    const { document } = await pinfold(register, ['carla passphrase']);
    const activate = ['hsm', 'table-activate', document.tableId, ...device, '--as'];
    expect((await pinfold([...activate, 'carla'], ['carla passphrase'])).code).toBe(1);
    expect((await pinfold([...activate, 'officer-1'], OFFICERS)).code).toBe(0);
    const { document: policy } = await pinfold(['hsm', 'policy', ...device]);
    expect(policy.rules.every((rule: { on: boolean }) => rule.on)).toBe(true);
  });

  it('holds no keys after a tamper', async () => {
    const tamper = ['hsm', 'tamper', ...device, '--as', 'officer-1'];
    expect((await pinfold(tamper, OFFICERS)).code).toBe(2);
    expect((await pinfold([...tamper, '--yes'], OFFICERS)).code).toBe(0);
    const { document } = await pinfold(['hsm', 'status', ...device]);
    expect(document).toMatchObject({ life: 'tampered', checkValues: [], masterKeyVersion: 0 });
  });
});
