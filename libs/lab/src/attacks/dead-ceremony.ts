/**
 * A ceremony is broken off because a component became known: the other custodian's envelope was found
 * open. The host still has the tokens of its shares, and the attacker both components.
 */
import { DesKey, xorBytes } from '@pinfold/crypto';
import { pinOfOffset } from '@pinfold/pin';
import { attack } from '../attack.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';
import { openTransport } from '../transport.js';

export const deadCeremony = attack({
  name: 'dead-ceremony',
  title: 'shares of a ceremony that was broken off are combined all the same',
  source: 'PCI PIN Security Requirements, 12 and 22 (compromised components)',
  roles: ['custodian', 'production'],
  note: 'the laboratory gives both components away: that is why the ceremony was broken off',
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const { pan, offset } = lab.customer(1, { pvk, tableId: lab.table() });
    const { shares, envelopes, id } = lab.ceremony('ZCK');
    lab.honest('keyManager', 'CloseCeremony', { ceremony: id });
    say(
      'an honest key manager closed the ceremony of a zone key whose components had become known',
    );
    const { key } = await attacker.call('CombineKeyShares', { type: 'ZCK', shares: [...shares] });
    say('CombineKeyShares of its shares');
    const known = envelopes.map(({ component }) => component).reduce((a, b) => xorBytes(a, b));
    const { keyBlock } = await attacker.call('ExportKey', { key: pvk, under: key });
    const stolen = openTransport(keyBlock, known) ?? attacker.nothingLearnt();
    say('ExportKey puts the PIN derivation key under it');
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
