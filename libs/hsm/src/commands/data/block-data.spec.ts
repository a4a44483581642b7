/** Data under a key for data: published values, and what is refused. */
import { fromHex, toHex } from '@pinfold/crypto';
import { MODES } from '../../policy/policy.js';
import { valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';
import { casesOf } from '../../vector-rows.js';

type Row = Readonly<Record<string, string>> & { readonly expect: Readonly<Record<string, string>> };
const of = (op: string) => casesOf('ciphers.json', op) as unknown as Row[];

describe.each(MODES)('data of a %s device', (mode) => {
  const { ask, load } = keyBench(mode);
  const usable = ({ cipher, key }: Row) =>
    mode === 'hardened' ? key!.length >= 32 : cipher === 'des' && key!.length >= 32;
  const rows = [...of('encrypt-ecb'), ...of('encrypt-cbc')].filter(usable);

  it.each(rows)('$id', (row) => {
    const key = load('DATAK', row.key!, row.cipher === 'aes' ? 'A' : 'T');
    const asked = {
      key,
      mode: row.iv === undefined ? ('ecb' as const) : ('cbc' as const),
      iv: row.iv === undefined ? undefined : fromHex(row.iv),
    };
    const clear = fromHex((row.plaintext ?? row.data)!);
    const { data } = valued(ask('production', 'EncryptData', { ...asked, data: clear }));
    expect(toHex(data)).toBe(Object.values(row.expect)[0]);
    expect(valued(ask('production', 'DecryptData', { ...asked, data })).data).toEqual(clear);
  });

  it('is translated, and held to whole blocks', () => {
    const one = load('DATAK', '0123456789ABCDEFFEDCBA9876543210');
    const two = load('DATAK', '89ABCDEF0123456776543210FEDCBA98');
    const clear = new Uint8Array(16).fill(7);
    const iv = new Uint8Array(8).fill(1);
    const from = { key: one, mode: 'cbc', iv } as const;
    const { data } = valued(ask('production', 'EncryptData', { ...from, data: clear }));
    const to = { key: two, mode: 'ecb' } as const;
    const moved = valued(ask('production', 'TranslateData', { from, to, data }));
    expect(valued(ask('production', 'DecryptData', { ...to, data: moved.data })).data).toEqual(
      clear,
    );
    const invalid = { ok: false, code: 'INPUT_INVALID' };
    expect(ask('production', 'EncryptData', { ...to, iv, data: clear })).toEqual(invalid);
    const long = { ...from, iv: new Uint8Array(16), data: clear };
    expect(ask('production', 'EncryptData', long)).toEqual(invalid);
    expect(ask('production', 'DecryptData', { ...from, data: clear.slice(1) })).toEqual(invalid);
    const bad = { ...to, key: 'nonsense' };
    expect(ask('production', 'TranslateData', { from, to: bad, data })).toMatchObject({
      code: 'TOKEN_INVALID',
    });
  });
});

it('keys of other data open nothing here', () => {
  const { ask, key } = keyBench('hardened');
  const dek = key('TCK', { usage: 'DEK' });
  const asked = { key: dek, mode: 'ecb', data: new Uint8Array(8) } as const;
  expect(ask('production', 'DecryptData', asked)).toEqual({ ok: false, code: 'TOKEN_INVALID' });
});
