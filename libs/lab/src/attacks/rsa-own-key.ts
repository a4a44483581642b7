/**
 * Anybody can encipher under a public key. A wrapping key of the attacker's own enters that way, with
 * nothing that says whose it is, and everything comes out under it.
 */
import { constants, publicEncrypt } from 'node:crypto';
import { attack } from '../attack.js';
import { publicKeyPem } from '../rsa/public-key.js';
import { openTransport } from '../transport.js';

export const rsaOwnKey = attack({
  name: 'rsa-own-key',
  title: "a wrapping key of the attacker's own enters under the device's public RSA key",
  source: 'Clulow 2003 (PKCS#11 trojan wrapped key)',
  roles: ['production'],
  insider: ['keyManager', 'production'],
  async run({ lab, attacker, say }) {
    const { rsaKey, publicKey } = lab.honest('keyManager', 'GenerateRsaKey', {
      bits: lab.rsaBits,
      usage: 'unwrap',
    });
    const zpk = lab.pinKey();
    const own = lab.random(32);
    const data = publicEncrypt(
      {
        key: publicKeyPem(publicKey),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
      },
      own,
    );
    const wrapping = await attacker.call('RsaUnwrapKey', {
      rsaKey,
      padding: 'oaep',
      data: Uint8Array.from(data),
      usage: 'ZCK',
    });
    say("RsaUnwrapKey takes the attacker's key as a zone control key");
    const { keyBlock } = await attacker.call('ExportKey', { key: zpk, under: wrapping.key });
    const stolen = openTransport(keyBlock, own) ?? attacker.nothingLearnt();
    say('ExportKey puts a PIN key under it');
    const secret = lab.exposeKey(zpk);
    return {
      obtained: 'a PIN key',
      verified: stolen.every((byte, i) => byte >> 1 === secret[i]! >> 1),
    };
  },
});
