import { dataCommand } from '../../declare/command.js';
import { token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { pan, record, VERIFICATION_KEY } from '../fields.js';

const PVK_SLOT = readySlot({ ...VERIFICATION_KEY, part: 'key' });

export const reEncryptRecord = dataCommand({
  name: 'ReEncryptRecord',
  group: 'administration',
  title: 'authenticates a verification record of the old master keys under the new ones',
  source: 'IBM DK PRW',
  roles: ['production', 'keyManager'],
  input: {
    pan: pan(),
    record: record(),
    pvk: token('PVK or PGK, already re-encrypted', VERIFICATION_KEY),
  },
  output: { record: record() },
  errors: ['TOKEN_INVALID', 'RECORD_INVALID'],
  rules: ['M2.authenticated-record'],
  run(core, { pan: account, record: old, pvk }) {
    const key = core.keys.open(pvk, PVK_SLOT);
    if (key === undefined) return refusal('TOKEN_INVALID');
    const renewed = core.records.renew(old, account, key);
    return renewed === undefined ? refusal('RECORD_INVALID') : done({ record: renewed });
  },
});
