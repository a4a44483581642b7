/**
 * Nothing binds the halves of a triple-DES key in ECB: each half imported alone is a single DES key,
 * with a check value to search it by. Two searches of 2^56 instead of one of 2^112.
 */
import { concatBytes } from '@pinfold/crypto';
import { attack, type Scene } from '../attack.js';
import { GIVEN_BYTES, SEARCHED_BITS, searchDesKey } from '../key-search.js';

export const keyBinding = attack({
  name: 'key-binding',
  title: 'the halves of a triple-DES key are imported and searched one by one',
  source: 'Bond 2001 (CCA); Clulow 2003 (key binding)',
  roles: ['production'],
  note: `the laboratory gives ${GIVEN_BYTES} of 8 bytes of each half away: 2 searches of 2^${SEARCHED_BITS} here, of 2^56 in full, against 2^112 for the whole key`,
  async run(scene) {
    const { lab, attacker, say } = scene;
    const zck = lab.key('ZCK', { algorithm: 'T' });
    const zpk = lab.pinKey();
    const { keyBlock } = await attacker.call('ExportKey', { key: zpk, under: zck });
    if (keyBlock.length !== 32) await importHalf(scene, zck, keyBlock.slice(0, 16));
    say('ExportKey of a working key: two cryptogram blocks, one for each half');
    const secret = lab.exposeKey(zpk);
    const halves: Uint8Array[] = [];
    for (const at of [0, 1]) {
      const checkValue = await importHalf(scene, zck, keyBlock.slice(16 * at, 16 * at + 16));
      const given = secret.slice(8 * at, 8 * at + GIVEN_BYTES);
      halves.push(searchDesKey(given, checkValue) ?? attacker.nothingLearnt());
    }
    say(`ImportKey of each half alone; searched 2 times 2^${SEARCHED_BITS} keys`);
    const key = concatBytes(...halves);
    const verified = key.every((byte, i) => byte >> 1 === secret[i]! >> 1);
    return { obtained: 'the working key, half by half', verified };
  },
});

/** A half alone, or twice where single length is refused. Gives its check value. */
function importHalf({ attacker }: Scene, under: string, half: string): Promise<string> {
  const path = (keyBlock: string) => async () =>
    (await attacker.call('ImportKey', { keyBlock, under, usage: 'ZPK' })).checkValue;
  return attacker.firstOf([path(half), path(`${half}${half}`)]);
}
