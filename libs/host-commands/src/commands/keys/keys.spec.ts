import { fromHex } from '@pinfold/crypto';
import { KEY_ROLES } from '@pinfold/hsm';
import { ask, testDevice, tokenOf } from '../../testing.js';

const of = testDevice();
const ZMK = '0123456789ABCDEFFEDCBA9876543210';
const VALUE = 'AB89CDEF01234567132A4C5E6D7F8091';
const zmk = tokenOf(of, 'zmk', ZMK);
const zpk = tokenOf(of, 'zpk', VALUE);

describe('Atalla variants', () => {
  /** The key under the ZMK with 8 times the variant in the first byte of each half. */
  const under = (variant: number): string => {
    const { keys } = of.module;
    const changed = fromHex(ZMK).map((byte, i) => (i % 8 === 0 ? byte ^ (variant << 3) : byte));
    const master = keys.opened(changed);
    return keys.exportUnder(master, keys.opened(fromHex(VALUE)), {
      scheme: 'X',
      row: KEY_ROLES.zpk,
    });
  };

  it.each([1, 12, 31])('%s: is the ZMK so changed, out and in', (variant) => {
    expect(ask(of, `A8001${zmk}${zpk}X${variant}`).slice(4, -6)).toBe(under(variant));
    expect(ask(of, `GC${zmk}${zpk}${variant};X01`).slice(4, -6)).toBe(under(variant));
    expect(ask(of, `A6001${zmk}${under(variant)}U${variant}`).slice(0, -6)).toBe(`A700${zpk}`);
    expect(ask(of, `FA${zmk}${under(variant)}${variant};0U1`).slice(0, -6)).toBe(`FB00${zpk}`);
    expect(ask(of, `FA${zmk}${under(variant)};0U1`).slice(0, -6)).not.toBe(`FB00${zpk}`);
  });

  it('go on to what follows them', () => {
    expect(ask(of, `A8001${zmk}${zpk}X01%00\x19end`)).toBe(
      `${ask(of, `A8001${zmk}${zpk}X1`)}\x19end`,
    );
    expect(ask(of, `A01001U${zmk}X2`)).toMatch(/^A100U[0-9A-F]{32}X[0-9A-F]{38}$/);
    expect(ask(of, `IA${zmk}3;XU1`)).toMatch(/^IB00X[0-9A-F]{32}U[0-9A-F]{38}$/);
    expect(ask(of, `FI0${zmk}3;XU1`)).toMatch(/^FJ00X[0-9A-F]{32}U[0-9A-F]{38}$/);
    expect(ask(of, `MG${zmk}${tokenOf(of, 'tak', VALUE)}1;X00`)).toBe(`MH00${under(1)}`);
  });

  it('are refused beyond 31, and where only key blocks are exchanged', () => {
    expect(ask(of, `A8001${zmk}${zpk}X32`)).toBe('A915');
    expect(ask(of, `A8001${zmk}${zpk}X123`)).toBe('A915');
    const blocks = testDevice({ mode: 'hardened' });
    const made = (header: string) => ask(blocks, `A00FFFS#${header}`).slice(4, -6);
    const [master, key] = [made('52T3N00N00'), made('72T2N00S00')];
    expect(ask(blocks, `A8FFF${master}${key}R`)).toMatch(/^A900R/);
    expect(ask(blocks, `A8FFF${master}${key}R1`)).toBe('A926');
  });
});

it('gives check values with whatever schemes stand before their kind', () => {
  const whole = ask(of, `BU011${zpk}`);
  expect(whole).toMatch(/^BV00[0-9A-F]{16}$/);
  for (const options of [';000', ';XU0', ';0U0']) {
    expect(ask(of, `BU011${zpk}${options}`)).toBe(whole);
  }
  for (const options of [';001', ';XU1', ';0U1', ';XU1%00']) {
    expect(ask(of, `BU011${zpk}${options}`)).toBe(whole.slice(0, 10));
  }
});

it.each(['K001', 'UK001', 'XK1FF', 'SK022'])(
  'says of %s that there is no user storage',
  (stored) => {
    expect(ask(of, `BU011${stored}`)).toBe('BV12');
    expect(ask(of, `CC${stored}${zpk}12${'0'.repeat(16)}0101000012345678`)).toBe('CD12');
  },
);
