/** FK of the console, for test LMKs: what a host port says of the keys that it gives. */
import { jest } from '@jest/globals';
import { combineComponents, fromHex, toHex } from '@pinfold/crypto';
import { ask, testDevice } from '../../../../libs/host-commands/src/testing.js';
import { runProgram } from '../cli/program.js';
import { provideSecrets } from '../device/secrets.js';

const ONE = '0123456789ABCDEFFEDCBA9876543210';
const TWO = '1C2D3E4F5061728394A5B6C7D8E9F001';
const AES_ONE = `${ONE}${TWO}`;
const AES_TWO = `${TWO}${ONE}`.split('').reverse().join('');

async function formKey(args: readonly string[], components: readonly string[]) {
  const written: string[] = [];
  const take = (text: unknown) => {
    written.push(String(text));
    return true;
  };
  const out = jest.spyOn(process.stdout, 'write').mockImplementation(take);
  const err = jest.spyOn(process.stderr, 'write').mockImplementation(() => true);
  provideSecrets(components);
  try {
    await runProgram(['node', 'pinfold', 'payshield', 'form-key', ...args]);
    return { code: Number(process.exitCode ?? 0), printed: written.join('') };
  } finally {
    out.mockRestore();
    err.mockRestore();
    process.exitCode = undefined;
  }
}

async function formed(args: readonly string[], components = [ONE, TWO]) {
  const { code, printed } = await formKey([...args, '--json'], components);
  return { code, document: JSON.parse(printed) };
}

describe.each([
  ['00', 'legacy', ['--type', '002'], [ONE, TWO], /^U[0-9A-F]{32}$/],
  ['00', 'legacy', ['--type', '000', '--scheme', 'X'], [ONE, TWO], /^X[0-9A-F]{32}$/],
  ['00', 'legacy', ['--type', '002'], [ONE.slice(16), TWO.slice(16)], /^[0-9A-F]{16}$/],
  ['01', 'hardened', ['--type', '000'], [ONE, TWO], /^S1/],
  ['01', 'hardened', ['--type', '002', '--usage', '51'], [ONE, TWO], /^S1/],
  ['01', 'hardened', ['--type', '000', '--algorithm', 'A'], [AES_ONE, AES_TWO], /^S1/],
  ['02', 'legacy', ['--type', '000'], [ONE, TWO], /^S0/],
] as const)('LMK %s of a %s device, %j', (lmk, mode, args, components, form) => {
  const of = testDevice({ mode });

  it('is the sum of the components, as a payShield has it', async () => {
    const { code, document } = await formed([...args, '--lmk', lmk], [...components]);
    expect(code).toBe(0);
    const { key, checkValue } = document as { key: string; checkValue: string };
    expect(key).toMatch(form);
    const flag = key.startsWith('S') ? 'F' : key.length === 16 ? '0' : '1';
    const type = key.startsWith('S') ? 'FFF' : args[1];
    expect(ask(of, `BUFF${flag}${key};${type}%${lmk}`).slice(0, 10)).toBe(`BV00${checkValue}`);
  });
});

it('says what people compare, and no component', async () => {
  const { printed } = await formKey(['--type', '002', '--lmk', '00'], [ONE, TWO]);
  expect(printed).toContain('component  1: check value 08D7B4');
  expect(printed).toContain('published test value: protects nothing');
  const sum = toHex(combineComponents([ONE, TWO].map(fromHex)));
  for (const secret of [ONE, TWO, sum]) expect(printed).not.toContain(secret);
});

it.each([
  ['USAGE_NEEDED', ['--type', '002', '--lmk', '01'], [ONE, TWO]],
  ['COMPONENT_INVALID', ['--type', '002', '--lmk', '00'], [ONE, '12']],
  ['COMPONENT_INVALID', ['--type', '002', '--lmk', '00'], [ONE, 'x'.repeat(32)]],
  ['COMPONENT_INVALID', ['--type', '000', '--lmk', '01', '--algorithm', 'A'], [ONE.slice(16), TWO]],
  ['HEADER_INVALID', ['--type', '000', '--lmk', '01', '--mode', 'xx'], [ONE, TWO]],
  ['HOST_B5', ['--type', '002', '--lmk', '00'], [ONE, ONE.slice(16)]],
  ['HOST_11', ['--type', '002', '--lmk', '00'], [ONE, ONE]],
  ['HOST_04', ['--type', 'ZZZ', '--lmk', '00'], [ONE, TWO]],
  ['HOST_A1', ['--type', '000', '--lmk', '00', '--scheme', 'S'], [ONE, TWO]],
  ['HOST_26', ['--type', '000', '--lmk', '01', '--scheme', 'U'], [ONE, TWO]],
  ['SECRET_MISSING', ['--type', '000', '--lmk', '00'], [ONE]],
] as const)('refuses with %s: %j', async (code, args, components) => {
  const { document } = await formed(args, [...components]);
  expect(document).toMatchObject({ error: { code } });
});
