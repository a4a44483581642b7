/** A long key exported under a short one is worth no more than the short one, which is searched. */
import { attack } from '../attack.js';
import { GIVEN_BYTES, SEARCHED_BITS, searchDesKey } from '../key-search.js';
import { openTransport } from '../transport.js';

export const weakerWrap = attack({
  name: 'weaker-wrap',
  title: 'a long key exported under a short one falls with it',
  source: 'Clulow 2003 (weaker wrapping key); NIST SP 800-57 part 1',
  roles: ['keyManager', 'custodian', 'production'],
  note: `the laboratory gives ${GIVEN_BYTES} of 8 bytes of the short key away: a search of 2^${SEARCHED_BITS} here, of 2^56 in full`,
  async run({ lab, attacker, say }) {
    const zpk = lab.pinKey();
    const made = await attacker.call('GenerateKeyShares', {
      type: 'ZCK',
      algorithm: 'D',
      shares: 2,
    });
    const short = await attacker.call('CombineKeyShares', { type: 'ZCK', shares: made.shares });
    say('a ceremony for a zone control key of single length');
    const { keyBlock } = await attacker.call('ExportKey', { key: zpk, under: short.key });
    say('ExportKey of a double-length working key under it');
    const given = lab.exposeKey(short.key).slice(0, GIVEN_BYTES);
    const known = searchDesKey(given, short.checkValue) ?? attacker.nothingLearnt();
    const stolen = openTransport(keyBlock, known) ?? attacker.nothingLearnt();
    say(`searched 2^${SEARCHED_BITS} keys for the one with the short key's check value`);
    const secret = lab.exposeKey(zpk);
    const verified = stolen.every((byte, i) => byte >> 1 === secret[i]! >> 1);
    return { obtained: 'the working key', verified };
  },
});
