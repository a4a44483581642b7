import { keyBlockLmk } from '@pinfold/hsm';
import { HOST_COMMANDS } from '../index.js';
import { testDevice } from '../testing.js';
import { answersTo } from './batch.testing.js';
import { Lanes } from './lanes.js';

const ACCOUNT = '123456789012';
const bugs: unknown[] = [];
const device = testDevice({
  report: ({ error }) => error !== undefined && bugs.push(error),
});
afterAll(() => expect(bugs).toEqual([]));

const one = (message: string) => device.answer(message, 0, message.length);
const ask = (command: string) => one(`HEAD${command}`).slice(8);
const key = (type: string) => ask(`A00${type}U`).slice(0, -6);
const zpk = key('001');
const other = key('001');
const pvk = key('002');
const zak = key('008');
const tak = key('003');
const pin = ask(`BA1234F${ACCOUNT}`);
const pvv = ask(`DG${pvk}${pin}${ACCOUNT}1`);
const block = (format: string) => ask(`JG${zpk}${format}${ACCOUNT}${pin}`);
const [iso0, iso1, iso3] = [block('01'), block('05'), block('47')];
const translation = (o: { block?: string; from?: string; max?: string } = {}) =>
  `CC${zpk}${other}${o.max ?? '12'}${o.block ?? iso0}${o.from ?? '01'}01${ACCOUNT}`;
const verification = (o: { pvv?: string; block?: string } = {}) =>
  `EC${zpk}${pvk}${o.block ?? iso0}01${ACCOUNT}1${o.pvv ?? pvv}`;
const sized = (text: string) => text.length.toString(16).padStart(4, '0').toUpperCase() + text;
const macHead = (o: { text?: string; head?: string; type?: string; token?: string } = {}) =>
  `${o.head ?? '00131'}${o.type ?? '008'}${o.token ?? zak}${sized(o.text ?? 'nineteen characters')}`;
const made = (o: Parameters<typeof macHead>[0] = {}) => `M6${macHead(o)}`;
const checked = (o: Parameters<typeof macHead>[0] = {}, mac = ask(made(o))) =>
  `M8${macHead(o)}${mac}`;
const wrongPvv = pvv === '0000' ? '0001' : '0000';

/** What a lane answers itself, once its keys are known. */
const USUAL: Record<string, string> = {
  'translation, format 0': translation(),
  'translation, format 1': translation({ block: iso1, from: '05' }),
  'translation, format 3': translation({ block: iso3, from: '47' }),
  'translation of no PIN block': translation({ block: '0123456789ABCDEF' }),
  'translation of a PIN that is too long': translation({ max: '03' }),
  'translation under an LMK by number': `${translation()}%00`,
  'translation with a trailer': `${translation()}\x19and a trailer`,
  'translation with both': `${translation()}%00\x19x`,
  'right PIN': verification(),
  'wrong PIN': verification({ pvv: wrongPvv }),
  'no PIN': verification({ block: 'FFFFFFFFFFFFFFFF' }),
  'MAC made': made(),
  'MAC of 8 digits': made({ head: '00031' }),
  'MAC of algorithm 1': made({ head: '00111' }),
  'MAC with padding 2': made({ head: '00132' }),
  'MAC of whole blocks': made({ head: '00130', text: 'x'.repeat(16) }),
  'MAC of nothing': made({ text: '' }),
  'MAC of a long text': made({ text: 'y'.repeat(3_000) }),
  'MAC of bytes': made({ text: '\x00\xff\x19%00' }),
  'MAC with a TAK': made({ type: '003', token: tak }),
  'MAC right': checked(),
  'MAC right, 8 digits': checked({ head: '00031' }),
  'MAC wrong': checked({}, '0123456789ABCDEF'),
  'MAC wrong in its last digit': checked(
    {},
    ask(made()).replace(/.$/, (d) => (d === '0' ? '1' : '0')),
  ),
};

/** What it leaves to the ordinary logic. */
const OTHERS: Record<string, string> = {
  'a parity that is wrong': translation().replace(zpk, `U${'00'.repeat(16)}`),
  'a key of another kind': translation().replace(zpk, zak),
  'an unknown format': translation({ from: '99' }),
  'an older format': translation({ from: '03' }),
  'an account of letters': translation().slice(0, -12).concat('ABCDEF123456'),
  'an unknown LMK': `${translation()}%77`,
  'something after the fields': `${translation()}x`,
  'a trailer that is too long': `${translation()}\x19${'x'.repeat(33)}`,
  'a message cut short': translation().slice(0, -1),
  'a PIN length that is no number': translation({ max: 'xx' }),
  'a MAC of hexadecimal text': made({ head: '01131', text: '00FF' }),
  'a MAC in parts': made({ head: '10131', text: 'x'.repeat(8) }),
  'a CMAC': made({ head: '00161' }),
  'a MAC of method 3': made({ head: '00133' }),
  'a MAC of part of a block, unpadded': made({ head: '00130', text: 'abc' }),
  'a MAC longer than the message': `M600131008${zak}0FFFabc`,
  'a key made of another scheme': 'A00001X?'.slice(0, -1),
  'no command': 'ZZ',
  'another command': 'NC',
};

const lanes = new Lanes({
  module: device.module,
  headerLength: 4,
  commands: HOST_COMMANDS.values(),
  ordinary: () => 'ordinary',
  count: () => undefined,
  failed: (_, error) => bugs.push(error),
});
const byLanes = (commands: readonly string[]) =>
  answersTo(
    commands.map((command) => `HEAD${command}`),
    (messages, replies) => lanes.answer(messages, replies),
  );

it.each(Object.entries(USUAL))(
  'answers alone and in a crowd as one at a time: %s',
  (_, command) => {
    const wanted = one(`HEAD${command}`);
    expect(byLanes([command])).toEqual([wanted]);
    expect(byLanes(Array(130).fill(command))).toEqual(Array(130).fill(wanted));
  },
);

it('answers all of them together, of several lanes, in order and in several rounds', () => {
  const mixed = Array.from({ length: 50 }, () => Object.values(USUAL)).flat();
  expect(byLanes(mixed)).toEqual(mixed.map((command) => one(`HEAD${command}`)));
});

it.each(Object.entries(OTHERS))('leaves to the ordinary way: %s', (_, command) => {
  expect(byLanes([command])).toEqual(['ordinary']);
  const message = `HEAD${command}`;
  const together = answersTo([message], (all, replies) => device.answerMany(all, replies));
  if (!command.startsWith('A0')) expect(together).toEqual([one(message)]);
});

it('answers in the ordinary way what a lane with a bug took', () => {
  const failed: string[] = [];
  const translate = HOST_COMMANDS.get('CC')!;
  const broken = new Lanes({
    module: device.module,
    headerLength: 4,
    commands: [
      {
        ...translate,
        lane: (host) =>
          Object.assign(translate.lane!(host), {
            run: () =>
              device.module.keys.open(device.module.defaultLmk, 'no key', {
                type: '001',
                name: '',
                usages: [],
              }),
          }),
      },
      HOST_COMMANDS.get('EC')!,
    ],
    ordinary: (text, from, to) => device.answer(text, from, to),
    count: () => undefined,
    failed: (code) => failed.push(code),
  });
  const commands = [translation(), verification(), translation()].map((each) => `HEAD${each}`);
  const given = answersTo(commands, (messages, replies) => broken.answer(messages, replies));
  expect(given).toEqual(commands.map(one));
  expect(failed).toEqual(['CC']);
});

it('fills blocks of formats 1 and 3 at random, so that they open again', () => {
  for (const format of ['05', '47']) {
    const command = translation().replace(/01(?=\d{12}$)/, format);
    const [first, second] = byLanes([command, command]);
    expect(first).not.toBe(second);
    for (const reply of [first!, second!]) {
      expect(reply).toMatch(new RegExp(`^HEADCD0004[0-9A-F]{16}${format}$`));
      const back = `CC${other}${zpk}12${reply.slice(10, 26)}${format}01${ACCOUNT}`;
      expect(ask(back).slice(2, 18)).toBe(iso0);
    }
  }
});

it('makes keys of odd parity that the device takes, with their check values', () => {
  const replies = byLanes(Array(40).fill('A00001U'));
  expect(new Set(replies).size).toBe(40);
  for (const reply of replies) {
    expect(reply).toMatch(/^HEADA100U[0-9A-F]{38}$/);
    const [token, check] = [reply.slice(8, 41), reply.slice(41)];
    expect(ask(`BUFF1${token};001`).slice(0, 6)).toBe(check);
  }
});

it('knows a key under its type and LMK only, and none that was wiped', () => {
  const own = testDevice();
  const through = (command: string) =>
    answersTo([`HEAD${command}`], (all, replies) => own.answerMany(all, replies))[0];
  expect(through(translation())).toBe(one(`HEAD${translation()}`));
  expect(through(translation())).toBe(one(`HEAD${translation()}`));
  own.module.wipe();
  expect(through(translation())).toBe(one(`HEAD${translation()}`));
});

it('serves key blocks too, and what their headers do not allow is refused', () => {
  const hardened = testDevice({
    mode: 'hardened',
    lmks: [keyBlockLmk('01', '9B71333A13F9FAE72F9D0E2DAB4AD6784718012F9244033F3F26A2DE0C8AA11A')],
  });
  const under = new Lanes({
    module: hardened.module,
    headerLength: 4,
    commands: HOST_COMMANDS.values(),
    ordinary: (text, from, to) => `ordinary ${hardened.answer(text, from, to)}`,
    count: () => undefined,
    failed: (_, error) => bugs.push(error),
  });
  const told = (command: string) => hardened.answer(`HEAD${command}`, 0, command.length + 4);
  const block = (attributes: string) => told(`A00FFFS#${attributes}`).slice(8, -6);
  const both = block('M3T2N00N00');
  const generates = block('M3T2G00N00');
  const mac = told(`M600131FFF${both}0003abc`).slice(8);
  told(`M600131FFF${generates}0003abc`);
  const through = (command: string) =>
    answersTo([`HEAD${command}`], (all, replies) => under.answer(all, replies))[0];
  expect(through(`M800131FFF${both}0003abc${mac}`)).toBe('HEADM900');
  expect(through(`M600131FFF${generates}0003abc`)).toMatch(/^HEADM700/);
  expect(through(`M800131FFF${generates}0003abc${mac}`)).toBe('ordinary HEADM9A8');
});
