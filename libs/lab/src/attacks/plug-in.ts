/** A customer's own command has the inside of the device before it: one that gives keys out is soon written. */
import { attack } from '../attack.js';
import { GIVE_KEY } from '../laboratory.js';

export const plugIn = attack({
  name: 'plug-in',
  title: 'a plug-in command gives keys out',
  source:
    'FIPS 140-3, 7.4 (approved services); Anderson, Security Engineering (custom HSM transactions)',
  roles: ['production'],
  async run({ lab, attacker, say }) {
    const pvk = lab.key('P', { usage: 'PGK' });
    const { key } = await attacker.callPlugIn<{ key: Uint8Array }>(GIVE_KEY.name, { key: pvk });
    say(`${GIVE_KEY.name}, a command of the attacker's in the device`);
    const secret = lab.exposeKey(pvk);
    const verified = key.every((byte, i) => byte === secret[i]);
    return { obtained: 'the PIN derivation key', verified };
  },
});
