import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { wrapForTransport } from '../../tokens/transport.js';
import { context, DATA_KEY, keyBlock, ZONE_KEY } from '../fields.js';
import { openDataKey } from './data-key.js';

const ZCK_SLOT = readySlot({ ...ZONE_KEY, part: 'key' });

export const exportDataKey = dataCommand({
  name: 'ExportDataKey',
  group: 'data',
  title: 'puts a data key under a zone control key, for the institution at the other end',
  source: 'ANSI X9.143',
  roles: ['keyManager'],
  changes: true,
  input: {
    wrapped: token('data key', DATA_KEY),
    zck: token('ZCK', ZONE_KEY),
    context: context(),
  },
  output: { keyBlock: keyBlock() },
  errors: ['TOKEN_INVALID', 'WRAPPING_KEY_WEAK'],
  rules: ['M12.type-bound', 'M9.one-usage', 'M13.strong-wrap', 'M8.key-blocks'],
  run(core, { wrapped, zck, context: bound }) {
    const key = openDataKey(core, wrapped, bound);
    const under = core.keys.open(zck, ZCK_SLOT);
    if (key === undefined || under === undefined) return refusal('TOKEN_INVALID');
    const headers = { wrapping: under.header, wrapped: key.header };
    const refused = core.policy.judge('M13.strong-wrap', headers);
    if (refused !== undefined) return refused;
    const carried = { bytes: key.exposeBytes(), algorithm: 'A', exportability: 'E' } as const;
    return done({ keyBlock: wrapForTransport(core, { under, key: carried, usage: 'DEK' }) });
  },
});
