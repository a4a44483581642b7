import { wipe } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { unwrapFromTransport } from '../../tokens/transport.js';
import { context, DATA_KEY, keyBlock, ZONE_KEY } from '../fields.js';
import { DATA_KEY_BYTES, sealDataKey } from './data-key.js';

const ZCK_SLOT = readySlot({ ...ZONE_KEY, part: 'key' });

export const importDataKey = dataCommand({
  name: 'ImportDataKey',
  group: 'data',
  title: 'takes a data key from under a zone control key',
  source: 'ANSI X9.143',
  roles: ['keyManager'],
  changes: true,
  input: { keyBlock: keyBlock(), zck: token('ZCK', ZONE_KEY), context: context() },
  output: { wrapped: token('data key', DATA_KEY) },
  errors: ['TOKEN_INVALID', 'KEY_BLOCK_INVALID'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M8.key-blocks'],
  run(core, { keyBlock: text, zck, context: bound }) {
    const under = core.keys.open(zck, ZCK_SLOT);
    if (under === undefined) return refusal('TOKEN_INVALID');
    const carried = unwrapFromTransport(core.policy, { under, text, usage: 'DEK' });
    if (carried === undefined || carried.bytes.length !== DATA_KEY_BYTES) {
      return refusal('KEY_BLOCK_INVALID');
    }
    const wrapped = sealDataKey(core, carried.bytes, bound);
    wipe(carried.bytes);
    return done({ wrapped });
  },
});
