import { keysFor } from '../fuzz/keys-for.js';
import { MUTATIONS, sampleCommand, seededNumbers } from '../fuzz/samples.js';
import { HOST_COMMANDS } from '../index.js';
import { testDevice } from '../testing.js';
import type { Layout } from './nodes.js';
import { compilePlaces } from './places.js';

const SEED = 20_261_122;
const FORMS = 12;
const ROUNDS = 12;
const UNSET = -1;

const device = testDevice();
const random = seededNumbers(SEED);
const keyFor = keysFor(device);
const mutations = Object.values(MUTATIONS);

const readable = [...HOST_COMMANDS.values()].flatMap((command) => {
  const layout = command.request as Layout;
  try {
    compilePlaces(layout);
    return [{ command, layout, code: command.code }];
  } catch {
    // Only the parser reads it.
    return [];
  }
});

/** What a reader that has seen nothing yet says: where fields end, and where those that are there are. */
function firstSight(layout: Layout, message: Buffer): { stop: number; places: Int32Array } {
  const reader = compilePlaces(layout);
  const places = new Int32Array(reader.size).fill(UNSET);
  return { stop: reader.read(message, 0, message.length, places), places };
}

/** Its lane reads the beginning of the layout alone. */
const IN_PART = 'A0';

it('reads layouts of every command that has a lane, and of others', () => {
  expect(readable.length).toBeGreaterThan(20);
  for (const { lane, code } of HOST_COMMANDS.values()) {
    if (lane !== undefined && code !== IN_PART)
      expect(readable.some((each) => each.code === code)).toBe(true);
  }
});

it.each(readable)(
  `finds the fields of $code where a first look finds them, seed ${SEED}`,
  ({ command, layout }) => {
    const reader = compilePlaces(layout);
    const places = new Int32Array(reader.size);
    const forms = Array.from({ length: FORMS }, () =>
      sampleCommand(command, { random, keyFor, pinLength: 5 }).slice(2),
    );
    let found = 0;
    const wrong: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      for (const form of forms) {
        // Runs of one form, so that shapes come and go, and single faults among them.
        const broken = mutations[Math.floor(random() * mutations.length)]!(form, random);
        for (const text of round % 3 === 0 ? [form, broken] : [form, form, broken]) {
          const message = Buffer.from(text, 'latin1');
          const first = firstSight(layout, message);
          const stop = reader.read(message, 0, message.length, places);
          const differs = first.places.some((place, i) => place !== UNSET && place !== places[i]);
          if (stop !== first.stop || (stop >= 0 && differs)) wrong.push(text);
          if (stop >= 0) found++;
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(found).toBeGreaterThan(0);
  },
);

it('looks at the algorithm of a key block again: it says how long the PIN block is', () => {
  const { layout } = readable.find(({ code }) => code === 'CC')!;
  const reader = compilePlaces(layout);
  const places = new Int32Array(reader.size);
  const zpk = (algorithm: string) => `S10040P0${algorithm}N00E0001${'0'.repeat(24)}`;
  const rest = `U${'0'.repeat(32)}12`;
  const fields = `${'1'.repeat(16)}0101${'2'.repeat(12)}`;
  const tdes = `${zpk('T')}${rest}${fields}${'3'.repeat(16)}`;
  // What a triple DES key has for block, formats and account is the block of an AES key.
  const aes = `${zpk('A')}${rest}${fields}0101${'3'.repeat(12)}`;
  const account = (text: string) => {
    reader.read(Buffer.from(text, 'latin1'), 0, text.length, places);
    return places[reader.of.account!];
  };
  expect(tdes.length).toBe(aes.length);
  const first = account(tdes)!;
  expect(account(aes)).toBe(first + 16);
  expect(account(tdes)).toBe(first);
});
