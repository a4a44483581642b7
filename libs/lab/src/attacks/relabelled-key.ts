/**
 * A key block says in its header what its key may do. Where the exporter chooses the header, a PIN key
 * whose value the attacker knows leaves as a key that wraps others, and comes back as one.
 */
import { attack } from '../attack.js';
import { openTransport } from '../transport.js';

export const relabelledKey = attack({
  name: 'relabelled-key',
  title: 'a known PIN key leaves with the header of a wrapping key, and comes back as one',
  source:
    'Clulow 2003 (conflicting attributes); ANSI X9.143, key usage; found by the analyser here',
  roles: ['production'],
  note: 'the laboratory gives a PIN key away that is shared with another bank, whose people know it',
  async run({ lab, attacker, say }) {
    const zck = lab.key('ZCK');
    const shared = lab.pinKey();
    const known = lab.exposeKey(shared);
    const pvk = lab.key('P', { usage: 'PGK' });
    const header = { usage: 'K1', modeOfUse: 'B' } as const;
    const out = await attacker.call('ExportKeyBlock', { key: shared, under: zck, ...header });
    say('ExportKeyBlock of the PIN key, its header saying that it wraps keys');
    const asked = { keyBlock: out.keyBlock, under: zck, usage: 'ZCK' as const };
    const { key } = await attacker.call('ImportKey', asked);
    say('ImportKey takes it as a zone key');
    const { keyBlock } = await attacker.call('ExportKey', { key: pvk, under: key });
    const stolen = openTransport(keyBlock, known) ?? attacker.nothingLearnt();
    say('ExportKey puts the PIN derivation key under it');
    const secret = lab.exposeKey(pvk);
    const verified = stolen.every((byte, i) => byte >> 1 === secret[i]! >> 1);
    return { obtained: 'the PIN derivation key', verified };
  },
});
