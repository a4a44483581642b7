/**
 * One security officer makes the people that he needs: two custodians and a key manager. They hold a
 * ceremony, which is then a ceremony of one.
 */
import { DesKey, xorBytes } from '@pinfold/crypto';
import { pinOfOffset } from '@pinfold/pin';
import { attack } from '../attack.js';
import { DECIMALISATION_TABLE, validationDataOf } from '../laboratory.js';
import { openTransport } from '../transport.js';

const PASSPHRASE = 'a long walk round the lake';
const CUSTODIANS = ['first', 'second'];

export const loneOfficer = attack({
  name: 'lone-officer',
  title: 'one officer makes custodians of his own, and a key ceremony with them',
  source: 'PCI PIN Security Requirements, 12 (dual control); Anderson, Security Engineering',
  roles: ['officer', 'production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const { pan, offset } = lab.customer(1, { pvk, tableId: lab.table() });
    const people = [
      ...CUSTODIANS.map((name) => ({ name, role: 'custodian' as const })),
      { name: 'third', role: 'keyManager' as const },
    ];
    for (const person of people) {
      await attacker.call('CreateUser', { ...person, passphrase: PASSPHRASE });
      attacker.gain(person.role, lab.login(person.name, PASSPHRASE));
    }
    say('CreateUser of two custodians and a key manager, by one officer');
    const plan = { type: 'ZCK' as const, shares: 2, custodians: CUSTODIANS };
    const { shares } = await attacker.call('GenerateKeyShares', plan);
    const components = lab.lastEnvelopes(CUSTODIANS.length).map(({ component }) => component);
    const known = components.reduce((a, b) => xorBytes(a, b));
    const { key } = await attacker.call('CombineKeyShares', { type: 'ZCK', shares });
    say('GenerateKeyShares and CombineKeyShares, both envelopes in one hand');
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
