/** EO and EQ: public keys under the LMK, by a MAC or in a key block. */
import { authenticKey, keepPublicKey, publicKeyOf } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, layout } from '../../layout/nodes.js';
import {
  authentication,
  ENCODINGS,
  encoding,
  endOfKey,
  keptBy,
  keptKey,
  publicKey,
} from './rsa-fields.js';

export const importPublicKey = hostCommand({
  code: 'EO',
  name: 'Import a public key',
  group: 'rsa',
  repeatable: true,
  attributes: 'public key',
  request: layout(encoding, publicKey, authentication, endOfKey),
  reply: layout(
    binary(
      'keptKey',
      { beforeEnd: 0, max: 2_048 },
      { about: 'MAC (4) and the DER as it came; under a key-block LMK S and a block' },
    ),
  ),
  errors: { '03': 'public key encoding', '04': 'no public key in this encoding' },
  notes:
    'The MAC (ISO 9797-1 algorithm 3, zeros, left four bytes, LMK pair 36-37) is that of a real device with the same LMKs. Under a key-block LMK the fields are those of a public client for the payShield 10K: `~` may end them, `#`, mode of use (V, E or N), version, exportability and `00` may follow; the block has usage 02, and what it holds is this program’s own. Authentication data is not taken there.',
  run: (context, o) => {
    context.authorised();
    publicKeyOf(context, o.publicKey, ENCODINGS[o.encoding]);
    return { keptKey: keepPublicKey(context, { ...o, header: context.tail.publicKey }) };
  },
});

export const validatePublicKey = hostCommand({
  code: 'EQ',
  name: 'Validate a public key that was imported',
  group: 'rsa',
  repeatable: true,
  request: layout(keptKey, endOfKey),
  reply: layout(),
  errors: { '01': 'verification failure', '04': 'no public key' },
  run: (context, o) => {
    authenticKey(context, keptBy(context, o.keptKey));
    return {};
  },
});
