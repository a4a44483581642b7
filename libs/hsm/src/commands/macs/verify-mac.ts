import { equalConstantTime } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { MAC_KEY } from '../fields.js';
import { MAC_BYTES, MAX_MAC_DATA_BYTES, macOf, macsOf } from './mac.js';

const SLOT = readySlot({ ...MAC_KEY, part: 'key' });

export const verifyMac = dataCommand({
  name: 'VerifyMac',
  group: 'macs',
  title: 'verifies the MAC of a message, in constant time',
  source: 'ISO/IEC 9797-1; ANSI X9.19; NIST SP 800-38B',
  roles: ['production'],
  input: {
    key: token('TAK or ZAK', MAC_KEY),
    data: bytes('message', { min: 1, max: MAX_MAC_DATA_BYTES }),
    mac: bytes('MAC', { length: MAC_BYTES }),
  },
  output: {},
  errors: ['TOKEN_INVALID', 'MAC_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(core, { key, data, mac }) {
    const opened = core.keys.open(key, SLOT);
    if (opened === undefined) return refusal('TOKEN_INVALID');
    return equalConstantTime(macOf(opened, data), mac) ? done({}) : refusal('MAC_INVALID');
  },
  runMany(core, jobs) {
    const opened = jobs.map((job) => ({ job, key: core.keys.open(job.input.key, SLOT) }));
    const known = opened.filter(({ key }) => key !== undefined);
    const macs = macsOf(known.map(({ job, key }) => ({ key: key!, data: job.input.data })));
    for (const { job } of opened) job.outcome = refusal('TOKEN_INVALID');
    known.forEach(({ job }, i) => {
      const right = equalConstantTime(macs[i]!, job.input.mac);
      job.outcome = right ? done({}) : refusal('MAC_INVALID');
    });
  },
});
