/** One RSA key for data and for keys: a wrapped key off the wire, deciphered as if it were data. */
import { constants, publicEncrypt } from 'node:crypto';
import { attack } from '../attack.js';
import { publicKeyPem } from '../rsa/public-key.js';

export const rsaDecryptKey = attack({
  name: 'rsa-decrypt-key',
  title: 'a symmetric key that a partner sent under RSA is deciphered as data',
  source: 'Clulow 2003 (wrap and decrypt); Delaune, Kremer, Steel 2008',
  roles: ['production'],
  async run({ lab, attacker, say }) {
    const { rsaKey, publicKey } = lab.honest('keyManager', 'GenerateRsaKey', {
      bits: lab.rsaBits,
      usage: 'unwrap',
    });
    const secret = lab.random(16);
    const wire = publicEncrypt(
      {
        key: publicKeyPem(publicKey),
        padding: constants.RSA_PKCS1_OAEP_PADDING,
        oaepHash: 'sha256',
      },
      secret,
    );
    const input = { rsaKey, padding: 'oaep' as const, data: Uint8Array.from(wire), usage: 'DEK' };
    lab.honest('keyManager', 'RsaUnwrapKey', { ...input, usage: 'DEK' });
    say('a partner sends a data key under the public key; the key manager unwraps it');
    const { data } = await attacker.call('RsaDecrypt', { ...input, padding: 'oaep' });
    say('RsaDecrypt of the same cryptogram');
    const verified = Buffer.from(data).equals(Buffer.from(secret));
    return { obtained: 'the data key that the partner sent', verified };
  },
});
