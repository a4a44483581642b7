import { HOST_COMMANDS, keysFor, MUTATIONS, sampleCommand, seededNumbers } from '../index.js';
import { answersTo } from '../lanes/batch.testing.js';
import { testDevice } from '../testing.js';

const SEED = Number(process.env.FUZZ_SEED ?? 20_261_121);
const bugs: string[] = [];
const deviceOf = (mode: 'legacy' | 'hardened') =>
  testDevice({
    mode,
    report: ({ command, error }) => {
      if (error !== undefined) bugs.push(`${command}: ${(error as Error).stack}`);
    },
  });

it.each(['legacy', 'hardened'] as const)('answers whatever is asked of it, %s', async (mode) => {
  console.info(`seed ${SEED}`);
  const of = deviceOf(mode);
  const random = seededNumbers(SEED);
  const keyFor = keysFor(of);
  const codes = new Map<string, Set<string>>();
  for (const command of HOST_COMMANDS.values()) {
    const seen = new Set<string>();
    if (mode === 'legacy') of.module.authorise('one', 'two');
    for (let i = 0; i < 12; i++) {
      const valid = sampleCommand(command, { random, keyFor, pinLength: 5 });
      for (const mutate of Object.values(MUTATIONS)) {
        const message = `HEAD${mutate(valid, random)}`;
        // As the port asks: what takes long is awaited.
        const reply = await of.answerOrLater(message, 0, message.length);
        expect(reply.slice(0, 6)).toBe(`HEAD${command.replyCode}`);
        expect(reply.length).toBeLessThan(33_000);
        seen.add(reply.slice(6, 8));
      }
    }
    codes.set(command.code, seen);
  }
  expect(bugs).toEqual([]);
  // What the layouts make gets past the parser and into the logic of most commands.
  const reached = [...codes].filter(([, seen]) => [...seen].some((code) => code !== '15'));
  expect(reached.length).toBe(HOST_COMMANDS.size);
  if (mode === 'legacy') {
    const done = [...codes].filter(([, seen]) => seen.has('00') || seen.has('01'));
    expect(done.length).toBeGreaterThan(25);
  }
});

it('refuses every truncation of every command without a bug', () => {
  const of = deviceOf('legacy');
  const random = seededNumbers(SEED + 1);
  const keyFor = keysFor(of);
  for (const command of HOST_COMMANDS.values()) {
    const valid = `HEAD${sampleCommand(command, { random, keyFor, pinLength: 5 })}`;
    for (let end = 6; end <= valid.length; end++) {
      expect(of.answer(valid, 0, end).slice(0, 6)).toBe(`HEAD${command.replyCode}`);
    }
  }
  expect(bugs).toEqual([]);
});

it.each(['legacy', 'hardened'] as const)('answers many at once as it answers one, %s', (mode) => {
  const of = deviceOf(mode);
  const random = seededNumbers(SEED + 2);
  const keyFor = keysFor(of);
  const usual = ['CA', 'CC', 'DC', 'EC', 'M6', 'M8', 'NC'].map((code) => HOST_COMMANDS.get(code)!);
  const messages = Array.from({ length: 600 }, (_, i) => {
    const valid = sampleCommand(usual[i % usual.length]!, { random, keyFor, pinLength: 5 });
    return `HEAD${i % 3 === 0 ? MUTATIONS.character!(valid, random) : valid}`;
  });
  // Blocks that hold a PIN, so that replies go beyond code 20: the device makes them.
  if (mode === 'legacy') messages.push(...goodTranslations(of, keyFor('zpk')!));
  const one = messages.map((message) => of.answer(message, 0, message.length));
  // Once more, when the keys are known to the lanes.
  for (let time = 0; time < 2; time++) {
    const together = answersTo(messages, (all, replies) => of.answerMany(all, replies));
    expect(together.map(withoutFill)).toEqual(one.map(withoutFill));
  }
  if (mode === 'legacy')
    expect(one.filter((reply) => reply.startsWith('HEADCD00')).length).toBeGreaterThan(2);
  expect(bugs).toEqual([]);
});

/** Blocks of formats 1 and 3 are filled at random. */
function withoutFill(reply: string): string {
  return /^HEADC[BD]00/.test(reply) ? reply.replace(/.{16}(05|47)$/, '$1') : reply;
}

/** One PIN in formats 0, 1 and 3, to format 0: nothing random in the reply. */
function goodTranslations(of: ReturnType<typeof testDevice>, zpk: string): string[] {
  const ask = (command: string) => of.answer(`HEAD${command}`, 0, command.length + 4).slice(8);
  const account = '123456789012';
  const pin = ask(`BA1234F${account}`);
  return ['01', '05', '47'].map((format) => {
    const block = ask(`JG${zpk}${format}${account}${pin}`);
    return `HEADCC${zpk}${zpk}12${block}${format}01${account}`;
  });
}
