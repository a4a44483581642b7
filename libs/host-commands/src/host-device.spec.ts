import { readFileSync } from 'node:fs';
import { ask, testDevice as device } from './testing.js';

interface Frame {
  readonly id: string;
  readonly command: string;
  readonly expect: {
    readonly reply?: string;
    readonly alsoAccept?: string[];
    readonly pattern?: string;
  };
}
const { cases } = JSON.parse(
  readFileSync(new URL('../../../vectors/payshield-frames.json', import.meta.url), 'utf8'),
) as { cases: Frame[] };

it.each(cases.map((frame) => [frame.id, frame] as const))('answers %s', (_, frame) => {
  const { reply, alsoAccept = [], pattern } = frame.expect;
  const given = ask(device(), frame.command);
  if (pattern === undefined) expect([reply, ...alsoAccept]).toContain(given);
  else expect(given).toMatch(new RegExp(pattern));
});

const TPK = 'U'.concat('0'.repeat(32));

/** Makes a key; gives its token under LMK. */
const made = (of: ReturnType<typeof device>, type: string, scheme = 'U'): string => {
  const reply = ask(of, `A00${type}${scheme}`);
  expect(reply.slice(0, 4)).toBe('A100');
  return reply.slice(4, -6);
};

describe('a withdrawal at a legacy device', () => {
  const of = device();
  const account = '000012345678';
  const zpk = made(of, '001');
  const tpk = made(of, '002');
  const pvk = made(of, '002');
  const stored = ask(of, `BA1234F${account}`).slice(4);

  it('keeps PINs bound to their account', () => {
    expect(stored).toMatch(/^\d{5}$/);
    expect(ask(of, `JA${account}`)).toMatch(/^JB00\d{5}$/);
    expect(ask(of, `NG${account}${stored}`)).toBe(`NH001234F${'0'.repeat(12)}`);
    expect(ask(of, `NG000012345679${stored}`)).not.toBe(`NH001234F${'0'.repeat(12)}`);
  });

  it.each(['01', '03', '05', '47'])(
    'translates format %s and verifies by PVV and offset',
    (format) => {
      const block = ask(of, `JG${zpk}${format}${account}${stored}`).slice(4);
      expect(block).toMatch(/^[0-9A-F]{16}$/);
      const pvv = ask(of, `DG${pvk}${stored}${account}1`).slice(4);
      expect(ask(of, `EC${zpk}${pvk}${block}${format}${account}1${pvv}`)).toBe('ED00');
      const wrong = pvv === '0000' ? '0001' : '0000';
      expect(ask(of, `EC${zpk}${pvk}${block}${format}${account}1${wrong}`)).toBe('ED01');
      const ibm = `04${account}0123456789012345${'00001234567N'}`;
      const offset = ask(of, `DE${pvk}${stored}${ibm}`).slice(4);
      expect(offset).toMatch(/^\d{4}F{8}$/);
      // 02: the PVK has double length, which the method does not know.
      expect(ask(of, `EA${zpk}${pvk}12${block}${format}${ibm}${offset}`)).toBe('EB02');
      expect(ask(of, `EE${pvk}${offset}${ibm}`).slice(4)).toBe(stored);
      const translated = ask(of, `CC${zpk}${zpk}12${block}${format}01${account}`);
      expect(translated).toMatch(/^CD0004[0-9A-F]{16}01$/);
      expect(ask(of, `JE${zpk}${translated.slice(6, 22)}01${account}`)).toBe(`JF00${stored}`);
      expect(ask(of, `BE${zpk}${block}${format}${account}${stored}`)).toBe('BF00');
    },
  );

  it('imports what it exported, in every scheme', () => {
    const zmk = made(of, '000');
    for (const scheme of ['X', 'U', 'R']) {
      const exported = ask(of, `A8001${zmk}${zpk}${scheme}`);
      expect(exported.slice(0, 4)).toBe('A900');
      expect(ask(of, `A6001${zmk}${exported.slice(4, -6)}U`).slice(0, -6)).toBe(`A700${zpk}`);
    }
  });

  it('makes and verifies MACs, CVVs and data', () => {
    const zak = made(of, '008');
    const head = `0013${'1'}008${zak}`;
    const mac = ask(of, `M6${head}0005hello`).slice(4);
    expect(mac).toMatch(/^[0-9A-F]{16}$/);
    expect(ask(of, `M8${head}0005hello${mac}`)).toBe('M900');
    expect(ask(of, `M8${head}0005hallo${mac}`)).toBe('M901');
    const cvk = made(of, '402');
    const cvv = ask(of, `CW${cvk}4123456789012345;8701101`).slice(4);
    expect(ask(of, `CY${cvk}${cvv}4123456789012345;8701101`)).toBe('CZ00');
    const zek = made(of, '00A');
    const sealed = ask(of, `M00111${'00A'}${zek}0000000000000000${'0010'}0123456789ABCDEF`);
    expect(sealed).toMatch(/^M100[0-9A-F]{16}0010[0-9A-F]{16}$/);
    const back = ask(of, `M20111${'00A'}${zek}0000000000000000${'0010'}${sealed.slice(24)}`);
    expect(back.slice(24)).toBe('0123456789ABCDEF');
  });

  it('echoes, chains, and sends trailers back', () => {
    expect(ask(of, 'B20004abcd\x19end')).toBe('B300abcd\x19end');
    expect(ask(of, 'NK0020002NC0008B20002ok').slice(0, 6)).toBe('NL0002');
    expect(ask(of, `BU021${TPK}\x19x`)).toBe('BV10\x19x');
    expect(ask(of, `NC%77`)).toBe('ND13');
    expect(ask(of, `NC${'\x19'}${'t'.repeat(33)}`).slice(0, 4)).toBe('ND15');
    expect(ask(of, 'ZZ')).toBe('Z[67');
    void tpk;
  });
});

describe('a hardened device', () => {
  const of = device({ mode: 'hardened' });
  const block = (usage: string, mode = 'N') => {
    const reply = ask(of, `A00FFFS#${usage}T2${mode}00N00`);
    expect(reply.slice(0, 4)).toBe('A100');
    return reply.slice(4, -6);
  };

  it('serves the key-block LMK only', () => {
    expect(ask(of, 'NC%00')).toBe('ND13');
    expect(ask(of, `BU011U${'1'.repeat(32)}`)).toBe('BVA1');
    expect(ask(of, `BUFFF${block('72')}`)).toMatch(/^BV00[0-9A-F]{6}0{10}$/);
  });

  it.each([
    ['clear PINs without officers', () => `BA1234F000012345678`, 'BB17'],
    [
      'a clear table',
      () => `DE${block('V1')}12345040000123456780123456789012345${'0'.repeat(12)}`,
      'DF14',
    ],
    [
      'format 0 to a format that is not a standard',
      () => `CC${block('72')}${block('72')}12${'0'.repeat(16)}0103000012345678`,
      'CD69',
    ],
    [
      'another usage',
      () => `CC${block('V2')}${block('72')}12${'0'.repeat(16)}0101000012345678`,
      'CDA6',
    ],
    ['a single-length key', () => `A00FFFS#72T1N00N00`, 'A127'],
    ['a key outside key blocks', () => `A6FFF${block('52')}${'1'.repeat(16)}S`, 'A726'],
  ])('refuses %s', (_, command, reply) => {
    expect(ask(of, command()).slice(0, 4)).toBe(reply);
  });
});

describe('card commands', () => {
  const of = device();
  const binary = (hexText: string) => Buffer.from(hexText, 'hex').toString('latin1');

  it('verifies an ARQC and makes its ARPC, as libs/emv computes them', () => {
    const mkAc = made(of, '109');
    const data = binary('000000010000000000000000097800000000000978');
    const head = `KQ10${mkAc}${binary('4123456789012300')}${binary('0001')}${binary('00000000')}`;
    const tail = (arqc: string) =>
      `${data.length.toString(16).toUpperCase().padStart(2, '0')}${data};${arqc}00`;
    expect(ask(of, head + tail('\0'.repeat(8)))).toBe('KR01');
    // Mode 2 makes the ARPC whatever the ARQC is, and has no transaction data: eight bytes.
    expect(ask(of, `KQ2${head.slice(3)}${'\0'.repeat(8)}00`)).toHaveLength(4 + 8);
    expect(ask(of, head.replace('KQ10', 'KQ19') + tail('\0'.repeat(8)))).toBe('KR05');
  });

  it('keeps decimalisation tables under its LMK, bound to their digits', () => {
    const sealed = ask(of, 'ED0123456789012345').slice(4);
    expect(sealed).toMatch(/^[0-9A-F]{16}$/);
    expect(ask(of, `CS${sealed}`)).toBe('CT00');
    expect(ask(of, `CS${sealed.replace(/^./, (c) => (c === '0' ? '1' : '0'))}`)).toBe('CT25');
  });
});

describe('what follows the fields', () => {
  const of = device();

  it('is read in any order, each at most once', () => {
    expect(ask(of, 'NC%01\x19end')).toBe(`${ask(of, 'NC%01')}\x19end`);
    expect(ask(of, 'A00FFFS#72T2N00E00%01').slice(0, 19)).toBe('A100S1009672TN00E00');
    expect(ask(of, 'A00FFFS%01#72T2N00E00').slice(0, 19)).toBe('A100S1009672TN00E00');
    expect(ask(of, 'NC%01%01')).toBe('ND13');
    expect(ask(of, 'NC#72T2N00E00')).toBe('ND15');
  });

  it.each([
    ['#72T2N00E0', '15'],
    ['#72Q2N00E00', 'A7'],
    ['#72T2N+1E00', 'A9'],
    ['#72T2N00X00', 'AA'],
    ['#72T2N00E01', 'AB'],
    ['#7-T2N00E00', 'A6'],
    ['#72N00E00', 'A7'],
    ['&Q', 'AA'],
    ['!9', '15'],
  ])('A0 refuses %s with %s', (tail, code) => {
    expect(ask(of, `A00FFFS%01${tail}`)).toBe(`A1${code}`);
  });

  it('says what the block that leaves states', () => {
    const zmk = made(of, '000');
    const bdk = made(of, '009');
    const out = ask(of, `A8009${zmk}${bdk}R%00&B0X00S00!B`);
    expect(out).toMatch(/^A900RB\d{4}B0TX00S0000/);
    expect(ask(of, `A8009${zmk}${bdk}R%00&N!D`)).toBe('A983');
    const taken = ask(of, `A6009${zmk}${out.slice(4, -6)}U`);
    expect(taken.slice(0, -6)).toBe(`A700${bdk}`);
  });

  it('takes headers of eight characters where the key has its algorithm', () => {
    const block = (header: string) => ask(of, `A00FFFS%01#${header}`).slice(4, -6);
    const zmk = block('52T2N00E00');
    const sent = ask(of, `A8FFF${zmk}${block('72T2N00E00')}R%01`).slice(4, -6);
    const taken = ask(of, `A6FFF${zmk}${sent}S%01#72N07S00`);
    expect(taken).toMatch(/^A700S1\d{4}72TN07S0001/);
  });
});

it('tells its log which field did not fit, and never what was in it', () => {
  const seen: object[] = [];
  const of = device({ report: (event) => seen.push(event) });
  ask(of, 'CW0123');
  ask(of, `BA12X4F000012345678`);
  ask(of, 'NC%9');
  expect(seen).toEqual([
    { command: 'CW', code: '15', field: 'cvk' },
    { command: 'NC', code: '13', field: 'after the fields' },
  ]);
});
