import { encryptPinBlock } from '@pinfold/pin';
import { dataCommand } from '../../declare/command.js';
import { text, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { demoPin } from '../../pin/demo-pin.js';
import { fitsFormat } from '../../pin/extract.js';
import { pan, pinBlock, pinFormat } from '../fields.js';

/** A terminal's key is no place for a PIN that nobody typed. */
const BLOCK_KEY = { types: ['WK'], usages: ['ZPK'] } as const;
const KEY_SLOT = readySlot({ ...BLOCK_KEY, part: 'key' });

export const demoPinBlock = dataCommand({
  name: 'DemoPinBlock',
  group: 'pins',
  title: 'the PIN of a demo card as a PIN block, for another device that issues the card',
  source: 'demo devices only; ISO 9564-1',
  roles: ['production', 'pinIssuance'],
  demo: true,
  input: {
    pan: pan(),
    seed: text('seed of the demo data', { min: 1, max: 128 }),
    key: token('ZPK of the PIN block', BLOCK_KEY),
    format: pinFormat(),
  },
  output: { pinBlock: pinBlock() },
  errors: ['TOKEN_INVALID', 'FORMAT_REFUSED'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(core, { pan: account, seed, key: of, format }) {
    const key = core.keys.open(of, KEY_SLOT);
    if (key === undefined) return refusal('TOKEN_INVALID');
    if (!fitsFormat(key, format, format === 'iso4' ? 16 : 8)) return refusal('FORMAT_REFUSED');
    const pin = demoPin(seed, account);
    const cipher = format === 'iso4' ? key.aes! : key.des!;
    const block = encryptPinBlock({
      key: cipher,
      format,
      pan: account,
      pin,
      random: core.random,
    });
    return done({ pinBlock: block });
  },
});
