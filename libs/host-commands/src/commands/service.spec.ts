import { hostCommand, type ReadyCommand } from '../declare.js';
import { layout, text } from '../layout/nodes.js';
import { ask, testDevice } from '../testing.js';
import { HOST_COMMANDS } from './index.js';

const NOW = Date.UTC(2026, 10, 21, 10, 20, 30);
let now = NOW;
const of = testDevice({ clock: () => now, loadPercent: () => 42 });

/** Cuts a reply into fields of these lengths; the last one is what is left. */
const cut = (reply: string, ...lengths: number[]): string[] => {
  let at = 0;
  const fields = lengths.map((length) => {
    at += length;
    return reply.slice(at - length, at);
  });
  return [...fields, reply.slice(at)];
};

it('says how it stands, and whether its settings comply', () => {
  expect(ask(of, 'NO00')).toBe('NP0031640001-000100000');
  expect(ask(of, 'NO01')).toBe('NP000');
  expect(ask(testDevice({ mode: 'hardened' }), 'NO01')).toBe('NP001');
  expect(ask(of, 'NO02')).toBe('NP15');
});

it('gives random values of 1 to 256 bytes', () => {
  expect(ask(of, 'N0256')).toHaveLength(4 + 256);
  expect(ask(of, 'N0008')).not.toBe(ask(of, 'N0008'));
  expect(ask(of, 'N0000')).toBe('N101');
  expect(ask(of, 'N0257')).toBe('N101');
});

describe('what public tools decode', () => {
  const dates = ['PINFOLD00001', '261121', '102030', '261121', '102130', '261121', '102130'];
  const lengths = [4, 12, 6, 6, 6, 6, 6, 6];
  beforeAll(() => {
    now = NOW + 60_000;
  });

  it('is in J2 ten bands of load, with all seconds in the one of now', () => {
    const [code, ...fields] = cut(ask(of, 'J2'), ...lengths, 10);
    expect([code, ...fields.slice(0, 8)]).toEqual(['J300', ...dates, '0000000060']);
    const bands = fields[8]!.match(/.{16};/g)!;
    expect(bands.join('')).toBe(fields[8]);
    expect(bands).toHaveLength(10);
    expect(bands[4]).toBe('0400500000000060;');
    expect(bands.filter((band) => !band.endsWith('0000000000;'))).toHaveLength(1);
  });

  it('is in J4 the commands so far', () => {
    const device = testDevice({ clock: () => now });
    ask(device, 'NC');
    ask(device, 'NC');
    const [code, ...fields] = cut(ask(device, 'J4'), ...lengths, 10);
    expect(code).toBe('J500');
    expect(fields[8]).toBe('J4000000000001NC000000000002');
  });

  it('is in J8 the counts of health', () => {
    const [code, ...fields] = cut(ask(of, 'J8'), ...lengths, 10, 10, 7, 5);
    expect([code, ...fields.slice(0, 7)]).toEqual(['J900', ...dates]);
    expect(fields.slice(7).map(({ length }) => length)).toEqual([10, 10, 7, 5, 8]);
  });

  it('is in JK the states, the LMKs and the counts of attacks', () => {
    const [code, serial, date, time, states, counts, rest] = cut(ask(of, 'JK'), 4, 12, 6, 6, 7, 6);
    expect([code, serial, date, time]).toEqual(['JL00', dates[0], '261121', '102130']);
    expect([states, counts]).toEqual(['2213001', '030300']);
    const [lmks, attacks] = rest!.split('\x15');
    expect(attacks).toBe('00');
    expect(lmks!.split('\x14')).toEqual([
      '00100V0Tvariant',
      '01100K2Tkey block, AES',
      '02100K1Tkey block, triple DES',
      '',
    ]);
  });
});

describe('a chain of commands', () => {
  it('has a reply to each, whatever becomes of the others', () => {
    const [nc, zz] = [ask(of, 'NC'), ask(of, 'ZZ')];
    const size = (text: string) => String(text.length).padStart(4, '0') + text;
    expect(ask(of, 'NK0030002ZZ0002NC0008B20002ok')).toBe(
      `NL0003${size(zz)}${size(nc)}${size('B300ok')}`,
    );
  });

  it('has headers of its own commands where the flag says so', () => {
    expect(ask(of, 'NK1020012ABCDB20002ok0012WXYZB20002no')).toBe(
      'NL00020010ABCDB300ok0010WXYZB300no',
    );
  });

  it.each([
    ['another flag', 'NK2010002NC', 'NL51'],
    ['no commands', 'NK000', 'NL52'],
    ['a number that is none', 'NK0X10002NC', 'NL52'],
    ['a command cut short', 'NK0010008NC', 'NL15'],
    ['a command without letters', 'NK0010001N', 'NL15'],
    ['a header and no command', 'NK1010005ABCDN', 'NL15'],
  ])('is refused with %s', (_, command, reply) => {
    expect(ask(of, command)).toBe(reply);
  });

  it('is no place for chains', () => {
    expect(ask(of, 'NK0010005NK000')).toBe('NL00010004NL68');
  });

  it('does not answer more than a message can hold, nor a command more than its length can say', () => {
    const long = (code: string, size: number) =>
      hostCommand({
        code,
        name: 'Answer at length',
        group: 'service',
        request: layout(),
        reply: layout(text('filling', { beforeEnd: 0, max: size })),
        run: () => ({ filling: 'x'.repeat(size) }),
      }) as unknown as ReadyCommand;
    const commands = new Map([
      ...HOST_COMMANDS,
      ['Y0', long('Y0', 9_000)],
      ['Y2', long('Y2', 9_999)],
    ]);
    const talkative = testDevice({ commands });
    const chain = (code: string, count: number) =>
      ask(talkative, `NK00${count}${`0002${code}`.repeat(count)}`);
    expect(chain('Y0', 7)).toHaveLength(6 + 7 * (4 + 4 + 9_000));
    expect(chain('Y0', 8)).toBe('NL80');
    expect(chain('Y2', 1)).toBe('NL00010004Y380');
  });
});
