/** Lists of jobs: what one of them must not do to the others, and what is written down of them. */
import { InputError } from '@pinfold/crypto';
import { dataCommand, type Outcomes } from './declare/command.js';
import { integer } from './declare/field.js';
import type { Device, HsmJob } from './device.js';
import { done } from './outcome.js';
import { benchDevice, valued } from './testing.js';

/** Doubles its number; a library refuses 13 when it is added, and 17 when the batch is finished. */
class Doubling {
  readonly waiting: { place: number; number: number }[] = [];

  add(_core: unknown, { number }: { number: number }, place: number): boolean {
    if (number === 13) throw new InputError('THIRTEEN', 'not 13');
    this.waiting.push({ place, number });
    return this.waiting.length === 4;
  }

  finish(_core: unknown, outcomes: Outcomes<{ number: number }>): void {
    if (this.waiting.some(({ number }) => number === 17)) throw new InputError('LATE', 'not 17');
    for (const { place, number } of this.waiting) outcomes[place] = done({ number: 2 * number });
    this.clear();
  }

  clear(): void {
    this.waiting.length = 0;
  }
}

const NUMBER = { number: integer('a number', { min: 0, max: 99 }) };
const form = new Doubling();
const doubled = dataCommand({
  name: 'Double',
  group: 'data',
  title: 'doubles',
  source: 'this test',
  roles: ['production'],
  input: NUMBER,
  output: NUMBER,
  errors: [],
  rules: [],
  run(_core, { number }) {
    if (number === 13 || number === 17) throw new InputError('REFUSED', 'not 13, not 17');
    return done({ number: 2 * number });
  },
  batch: form,
});

function bench() {
  const made = benchDevice({ plugIns: [doubled], policy: { plugIns: true }, cachedKeys: 8 });
  const session = made.device.session({ name: 'p', role: 'production' });
  const many = (jobs: readonly object[]) => made.device.executeMany(session, jobs as HsmJob[]);
  return { ...made, session, many };
}

const job = (number: unknown) => ({ command: 'Double', input: { number } });
const codes = (outcomes: ReturnType<Device['executeMany']>) =>
  outcomes.map((outcome) =>
    outcome.ok ? (outcome.value as { number?: number }).number : outcome.code,
  );

it('what a library refuses takes no other job with it', () => {
  const { many } = bench();
  const numbers = [1, 13, 2, 100, 3, 17, 4, 5, 6, 'x', 7];
  const bad = 'INPUT_INVALID';
  expect(codes(many(numbers.map(job)))).toEqual([2, bad, 4, bad, 6, bad, 8, 10, 12, bad, 14]);
  expect(form.waiting).toHaveLength(0);
});

it('writes each refusal down once, in order, before the command that changes the device', () => {
  const { many, lines } = bench();
  const before = lines.length;
  many([
    job(1),
    job('x'),
    { command: 'Nonsense', input: {} },
    job('y'),
    { command: 'OpenCeremony', input: {} },
    job(17),
  ]);
  const told = lines.slice(before).map((line) => {
    const { command, code } = JSON.parse(line) as { command: string; code: string };
    return `${command} ${code}`;
  });
  expect(told).toEqual([
    '? COMMAND_UNKNOWN',
    'Double INPUT_INVALID',
    'Double INPUT_INVALID',
    'OpenCeremony ROLE_REFUSED',
    'Double INPUT_INVALID',
  ]);
});

it('refuses all of a command that the session may not call', () => {
  const { device, lines } = bench();
  const auditor = device.session({ name: 'a', role: 'auditor' });
  const before = lines.length;
  const outcomes = device.executeMany(auditor, [job(1), job(2)] as never);
  expect(codes(outcomes)).toEqual(['ROLE_REFUSED', 'ROLE_REFUSED']);
  expect(lines.length - before).toBe(2);
});

it('an input that calls the device when it is read disturbs nothing', () => {
  const { many } = bench();
  let within: unknown[] = [];
  const curious = {
    get number() {
      within = codes(many([job(20), job(21)]));
      return 3;
    },
  };
  const outcomes = many([job(1), { command: 'Double', input: curious }, job(2)]);
  expect(codes(outcomes)).toEqual([2, 6, 4]);
  expect(within).toEqual([40, 42]);
});

it('keeps the keys that open jobs need while others run between them', () => {
  const { device, many, as } = bench();
  const production = as('production');
  const key = () =>
    valued(device.execute(production, 'GenerateWorkingKey', { usage: 'TAK', algorithm: 'T' })).key;
  const keys = Array.from({ length: 12 }, key);
  const data = Uint8Array.of(1, 2, 3);
  const jobs = keys.flatMap((token) => [
    { command: 'GenerateMac', input: { key: token, data } },
    { command: 'KeyCheckValue', input: { key: token, type: 'TCK' } },
  ]);
  const alone = jobs.map(({ command, input }) =>
    device.execute(production, command as never, input as never),
  );
  expect(many(jobs)).toEqual(alone);
  expect(alone.filter((outcome) => outcome.ok).length).toBeGreaterThanOrEqual(keys.length);
});
