/**
 * Wrap and decrypt. A zone key is exported under itself, comes back as a data key, and data keys are
 * given out. The device must tell a key that wraps keys from one that is data, wherever it comes from.
 */
import { DesKey } from '@pinfold/crypto';
import { pinOfOffset } from '@pinfold/pin';
import { attack } from '../attack.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';
import { openTransport } from '../transport.js';

const CONTEXT = 'anything';

export const wrapDecrypt = attack({
  name: 'wrap-decrypt',
  title: 'a zone key is exported, comes back as a data key, and is given out',
  source: 'Clulow 2003; Delaune, Kremer, Steel 2008 (wrap and decrypt); found by the analyser here',
  roles: ['keyManager', 'production'],
  async run({ lab, attacker, say }) {
    const zck = lab.key('ZCK');
    const pvk = lab.key('P', { usage: 'PGK' });
    const { pan, offset } = lab.customer(1, { pvk, tableId: lab.table() });
    const { keyBlock: wrapped } = await attacker.call('ExportKey', { key: zck, under: zck });
    const { keyBlock: exported } = await attacker.call('ExportKey', { key: pvk, under: zck });
    say('ExportKey of a zone key under itself, and of the PIN derivation key under it');
    const stolen = await attacker.firstOf([
      async () => {
        const asked = { keyBlock: wrapped, zck, context: CONTEXT };
        const data = await attacker.call('ImportDataKey', asked);
        say('ImportDataKey takes the zone key for a data key');
        const given = { wrapped: data.wrapped, context: CONTEXT };
        const { dataKey } = await attacker.call('DecryptDataKey', given);
        say('DecryptDataKey gives it out');
        return openTransport(exported, dataKey) ?? attacker.nothingLearnt();
      },
      async () => {
        // A legacy zone key is too short for a data key: two keys of 16 bytes make one of 32.
        const asked = { keyBlock: `${exported}${exported}`, zck, context: CONTEXT };
        const data = await attacker.call('ImportDataKey', asked);
        say('ImportDataKey takes the PIN derivation key, twice, for a data key');
        const given = { wrapped: data.wrapped, context: CONTEXT };
        const { dataKey } = await attacker.call('DecryptDataKey', given);
        say('DecryptDataKey gives it out');
        return dataKey.slice(0, 16);
      },
    ]);
    const pin = pinOfOffset({
      pvk: DesKey.of(stolen),
      decimalisationTable: DECIMALISATION_TABLE,
      validationData: validationDataOf(pan),
      offset,
    });
    return {
      obtained: `the PIN ${pin}, by the PIN derivation key`,
      verified: pin === lab.exposePin(pan),
    };
  },
});
