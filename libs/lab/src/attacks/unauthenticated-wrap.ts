/**
 * Where cryptograms of keys are not authenticated, any cryptogram imports as anything. The attacker
 * gets a key of his own enciphered under a zone control key, imports it as a zone control key, and
 * exports everything under it.
 */

import { attack, type Scene } from '../attack.js';
import { openTransport } from '../transport.js';

export const unauthenticatedWrap = attack({
  name: 'unauthenticated-wrap',
  title: "a wrapping key of the attacker's own gets in, and everything comes out under it",
  source: 'Longley, Rigby 1992; Bond 2001 (CCA); Clulow 2003',
  roles: ['keyManager', 'production'],
  async run(scene) {
    const { lab, attacker, say } = scene;
    const zck = lab.key('ZCK');
    const targets = [lab.pinKey(), lab.key('P', { usage: 'PGK' })];
    const own = lab.random(16).map((byte) => byte & 0xfe);
    const wrapping = await attacker.firstOf(
      [byCommsKey, byCheckValue].map((way) => async () => {
        const keyBlock = await way(scene, zck, own);
        return (await attacker.call('ImportKey', { keyBlock, under: zck, usage: 'ZCK' })).key;
      }),
    );
    say('ImportKey takes it as a zone control key');
    let right = 0;
    for (const key of targets) {
      const { keyBlock } = await attacker.call('ExportKey', { key, under: wrapping });
      const stolen = openTransport(keyBlock, own) ?? attacker.nothingLearnt();
      const secret = lab.exposeKey(key);
      if (stolen.every((byte, i) => byte >> 1 === secret[i]! >> 1)) right += 1;
    }
    say('ExportKey puts a PIN key and the PIN derivation key under it');
    return {
      obtained: 'a PIN key and the PIN derivation key',
      verified: right === targets.length,
    };
  },
});

/** The own key enters as a communications key and leaves under the zone control key. */
async function byCommsKey({ attacker, say }: Scene, zck: string, own: Uint8Array) {
  const { key } = await attacker.call('EncryptCommsKey', { key: own });
  const { keyBlock } = await attacker.call('ExportKey', { key, under: zck });
  say("EncryptCommsKey takes the attacker's key; ExportKey puts it under the zone control key");
  return keyBlock;
}

/** Check values over chosen data under the zone control key are its cryptogram. */
async function byCheckValue({ attacker, say }: Scene, zck: string, own: Uint8Array) {
  const blocks = await attacker.firstOf(
    [16, 8].map((size) => async () => {
      const parts: string[] = [];
      for (let at = 0; at < own.length; at += size) {
        const data = own.slice(at, at + size);
        parts.push((await attacker.call('KeyCheckValue', { key: zck, data })).checkValue);
      }
      return parts;
    }),
  );
  say("KeyCheckValue over the attacker's key enciphers it under the zone control key");
  return blocks.join('');
}
