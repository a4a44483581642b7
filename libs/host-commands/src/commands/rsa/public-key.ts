/** EO and EQ: public keys under the LMK, by a MAC. */
import { macOfPublicKey, mustBeAuthentic, publicKeyOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { layout } from '../../layout/nodes.js';
import { authentication, ENCODINGS, encoding, publicKey, publicKeyMacField } from './rsa-fields.js';

export const importPublicKey = hostCommand({
  code: 'EO',
  name: 'Import a public key: make its MAC',
  group: 'rsa',
  repeatable: true,
  request: layout(encoding, publicKey, authentication),
  reply: layout(publicKeyMacField, publicKey),
  errors: { '03': 'public key encoding', '04': 'no public key in this encoding' },
  notes:
    'The MAC (ISO 9797-1 algorithm 3, zeros, left four bytes, LMK pair 36-37) is that of a real device with the same LMKs; under a key-block LMK it is CMAC under a key derived from the LMK.',
  run: (context, o) => {
    context.authorised();
    publicKeyOf(context, o.publicKey, ENCODINGS[o.encoding]);
    return { mac: macOfPublicKey(context, o), publicKey: o.publicKey };
  },
});

export const validatePublicKey = hostCommand({
  code: 'EQ',
  name: 'Validate a public key by its MAC',
  group: 'rsa',
  repeatable: true,
  request: layout(publicKeyMacField, publicKey, authentication),
  reply: layout(),
  errors: { '01': 'verification failure', '04': 'no public key' },
  run: (context, o) => {
    mustBeAuthentic(context, o);
    return {};
  },
});
