/** The PIN of a demo card as a PIN block: the same PIN as the device tells, and on demo devices alone. */
import { AesKey, DesKey } from '@pinfold/crypto';
import { decryptPinBlock } from '@pinfold/pin';
import { MasterKeySet } from '../../keys/master-keys.js';
import { seededRandom, valued } from '../../testing.js';
import { keyBench } from '../../testing-keys.js';

const CARD = { pan: '4000000000000010', seed: 'demo' } as const;

describe.each(['hardened', 'legacy'] as const)('%s', (mode) => {
  const { ask, key, clear } = keyBench(mode);
  const { pin } = valued(ask('production', 'ShowDemoPin', CARD));
  const zpk = key('WK', { usage: 'ZPK' });

  it('gives the PIN that ShowDemoPin tells, under the ZPK', () => {
    const asked = { ...CARD, key: zpk, format: 'iso0' } as const;
    const { pinBlock } = valued(ask('production', 'DemoPinBlock', asked));
    const des = DesKey.of(clear(zpk));
    expect(
      decryptPinBlock({ format: 'iso0', key: des, block: pinBlock, pan: CARD.pan }),
    ).toMatchObject({ ok: true, value: pin });
  });

  it('refuses a format that the key does not fit', () => {
    const asked = { ...CARD, key: zpk, format: 'iso4' } as const;
    expect(ask('production', 'DemoPinBlock', asked)).toMatchObject({ code: 'FORMAT_REFUSED' });
  });
});

it('gives format 4 under an AES key', () => {
  const { ask, key, clear } = keyBench('hardened');
  const zpk = key('WK', { usage: 'ZPK', algorithm: 'A' });
  const { pin } = valued(ask('production', 'ShowDemoPin', CARD));
  const asked = { ...CARD, key: zpk, format: 'iso4' } as const;
  const { pinBlock } = valued(ask('production', 'DemoPinBlock', asked));
  const aes = AesKey.of(clear(zpk));
  expect(
    decryptPinBlock({ format: 'iso4', key: aes, block: pinBlock, pan: CARD.pan }),
  ).toMatchObject({ ok: true, value: pin });
});

it('takes no terminal key', () => {
  const { ask, key } = keyBench('hardened');
  const tpk = key('WK', { usage: 'TPK' });
  const asked = { ...CARD, key: tpk, format: 'iso0' } as const;
  expect(ask('production', 'DemoPinBlock', asked)).toMatchObject({ code: 'TOKEN_INVALID' });
});

it('is refused by a device that is no demo', () => {
  const random = seededRandom('no demo');
  const masterKeys = MasterKeySet.random('hardened', 1, random);
  const { ask, key } = keyBench('hardened', { demo: false, masterKeys });
  const zpk = key('WK', { usage: 'ZPK' });
  const asked = { ...CARD, key: zpk, format: 'iso0' } as const;
  expect(ask('production', 'DemoPinBlock', asked)).toMatchObject({ code: 'COMMAND_REFUSED' });
});
