import { randomBytes } from 'node:crypto';
import { Sealer, VERSIONS_PER_LINK } from './sealer.js';

const CONTEXT = { topic: 'atm.requests', type: '0200', schema: '1' };
const PLAIN = new TextEncoder().encode('a packed message');

function sealerWith(...versions: [link: string, version: number, fill: number][]): Sealer {
  const sealer = new Sealer((length) => randomBytes(length));
  for (const [link, version, fill] of versions)
    sealer.add({ link, version, key: new Uint8Array(32).fill(fill) });
  return sealer;
}

describe('Sealer', () => {
  it('opens on the other side what was sealed, each time with another nonce', () => {
    const one = sealerWith(['atm', 1, 1]);
    const other = sealerWith(['atm', 1, 1]);
    const seen = new Set<string>();
    for (let i = 0; i < 200; i += 1) {
      const { value, keyId } = one.seal('atm', CONTEXT, PLAIN);
      seen.add(Buffer.from(value.subarray(0, 12)).toString('hex'));
      expect(other.open(keyId, CONTEXT, value)).toEqual({ ok: true, value: PLAIN });
    }
    expect(seen.size).toBe(200);
  });

  it('refuses a record moved to another topic, relabelled, or under another key id', () => {
    const sealer = sealerWith(['atm', 1, 1], ['atm', 2, 1]);
    const { value } = sealer.seal('atm', CONTEXT, PLAIN);
    const refusal = { ok: false, code: 'SEAL_INVALID' };
    expect(sealer.open('atm.2', { ...CONTEXT, topic: 'atm.answers' }, value)).toEqual(refusal);
    expect(sealer.open('atm.2', { ...CONTEXT, type: '0420' }, value)).toEqual(refusal);
    expect(sealer.open('atm.2', { ...CONTEXT, schema: '2' }, value)).toEqual(refusal);
    expect(sealer.open('atm.1', CONTEXT, value)).toEqual(refusal);
    expect(sealer.open('atm.3', CONTEXT, value)).toEqual({ ok: false, code: 'SEAL_KEY_UNKNOWN' });
    expect(
      sealer.open('atm.2', { topic: 'atm.requests\n0200', type: '1', schema: '' }, value),
    ).toEqual(refusal);
  });

  it('opens several versions and seals under one', () => {
    const sealer = sealerWith(['atm', 1, 1]);
    const old = sealer.seal('atm', CONTEXT, PLAIN);
    sealer.add({ link: 'atm', version: 2, key: new Uint8Array(32).fill(2) }, { seals: false });
    expect(sealer.seal('atm', CONTEXT, PLAIN).keyId).toBe('atm.1');
    sealer.sealUnder('atm', 2);
    expect(sealer.seal('atm', CONTEXT, PLAIN).keyId).toBe('atm.2');
    expect(sealer.open(old.keyId, CONTEXT, old.value).ok).toBe(true);
    sealer.remove('atm', 1);
    expect(sealer.open(old.keyId, CONTEXT, old.value)).toEqual({
      ok: false,
      code: 'SEAL_KEY_UNKNOWN',
    });
    sealer.remove('atm', 2);
    expect(() => sealer.seal('atm', CONTEXT, PLAIN)).toThrow(/no key that seals/);
  });

  it('holds a limited number of versions per link', () => {
    const sealer = sealerWith();
    const key = new Uint8Array(32);
    for (let version = 1; version <= VERSIONS_PER_LINK; version += 1)
      sealer.add({ link: 'bank-a', version, key });
    expect(() => sealer.add({ link: 'bank-a', version: 99, key })).toThrow(/at most/);
    expect(() => sealer.add({ link: 'bank-a', version: 1, key })).toThrow(/held already/);
    sealer.add({ link: 'bank-b', version: 1, key });
  });

  it('keeps working beyond the contexts it remembers', () => {
    const sealer = sealerWith(['atm', 1, 1]);
    for (let i = 0; i < 300; i += 1) {
      const context = { ...CONTEXT, topic: `t${i}` };
      const { value, keyId } = sealer.seal('atm', context, PLAIN);
      expect(sealer.open(keyId, context, value).ok).toBe(true);
    }
  });
});
