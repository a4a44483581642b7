import { equalConstantTime } from '@pinfold/crypto';
import { dataCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { MAC_KEY } from '../fields.js';
import { MAC_BYTES, MAX_MAC_DATA_BYTES, macOf } from './mac.js';
import { MacBatch } from './mac-batch.js';

const SLOT = readySlot({ ...MAC_KEY, part: 'key' });

interface MacClaim {
  readonly key: string;
  readonly data: Uint8Array;
  readonly mac: Uint8Array;
}

const RIGHT = done({});
const WRONG = refusal('MAC_INVALID');

function conclude(claimed: Pick<MacClaim, 'mac'>, mac: Uint8Array) {
  return equalConstantTime(mac, claimed.mac) ? RIGHT : WRONG;
}

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
    return conclude({ mac }, macOf(opened, data));
  },
  batch: new MacBatch<MacClaim, Record<never, never>>(SLOT, conclude),
});
