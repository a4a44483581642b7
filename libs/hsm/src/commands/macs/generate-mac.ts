import { dataCommand } from '../../declare/command.js';
import { bytes, token } from '../../declare/field.js';
import { readySlot } from '../../keys/key-store.js';
import { done, refusal } from '../../outcome.js';
import { MAC_KEY } from '../fields.js';
import { MAC_BYTES, MAX_MAC_DATA_BYTES, macOf } from './mac.js';
import { MacBatch } from './mac-batch.js';

const SLOT = readySlot({ ...MAC_KEY, part: 'key' });

export const generateMac = dataCommand({
  name: 'GenerateMac',
  group: 'macs',
  title: 'makes the MAC of a message: X9.19 under triple DES, CMAC under AES',
  source: 'ISO/IEC 9797-1; ANSI X9.19; NIST SP 800-38B',
  roles: ['production'],
  input: {
    key: token('TAK or ZAK', MAC_KEY),
    data: bytes('message', { min: 1, max: MAX_MAC_DATA_BYTES }),
  },
  output: { mac: bytes('MAC', { length: MAC_BYTES }) },
  errors: ['TOKEN_INVALID'],
  rules: ['M9.one-usage', 'M12.type-bound'],
  run(core, { key, data }) {
    const opened = core.keys.open(key, SLOT);
    return opened === undefined ? refusal('TOKEN_INVALID') : done({ mac: macOf(opened, data) });
  },
  batch: new MacBatch(SLOT, (_input, mac) => done({ mac })),
});
