/** EW and EY: signatures. */
import { authenticKey, refuse, rsaVerifies, signed } from '@pinfold/hsm';
import { hostCommand } from '../../declare.js';
import { binary, choice, digits, layout, literal } from '../../layout/nodes.js';
import { endOfKey, HASHES, keptBy, keptKey, privateKeyFields, rsaAlgorithm } from './rsa-fields.js';

const hash = choice('hash', HASHES, { error: '05' });
const padMode = choice('padMode', { '01': 'PKCS#1 v1.5' }, { error: '07' });
const message = layout(
  digits('length', 4, { about: 'bytes of the message', error: '80' }),
  binary('message', { from: 'length', max: 9_999 }),
  literal(';'),
);

export const generateSignature = hostCommand({
  code: 'EW',
  name: 'Generate an RSA signature',
  group: 'rsa',
  repeatable: true,
  request: layout(hash, rsaAlgorithm, padMode, ...message, ...privateKeyFields),
  reply: layout(
    digits('signatureLength', 4),
    binary('signature', { from: 'signatureLength', max: 512 }),
  ),
  errors: {
    '03': 'private key flag',
    '05': 'hash identifier',
    '06': 'signature identifier',
    '07': 'pad mode',
    '49': 'no private key under this LMK',
    '78': 'private key length',
  },
  notes: 'Private keys come with the command (flag 99): there is no storage for them.',
  run: (context, o) => {
    const { privateKey, message: data } = o;
    const signature = signed(context, { privateKey, hash: HASHES[o.hash], data });
    return { signatureLength: String(signature.length).padStart(4, '0'), signature };
  },
});

export const verifySignature = hostCommand({
  code: 'EY',
  name: 'Validate an RSA signature',
  group: 'rsa',
  repeatable: true,
  request: layout(
    hash,
    rsaAlgorithm,
    padMode,
    digits('signatureLength', 4, { error: '80' }),
    binary('signature', { from: 'signatureLength', max: 512 }),
    literal(';'),
    ...message,
    keptKey,
    endOfKey,
  ),
  reply: layout(),
  errors: {
    '01': 'the MAC of the public key failed',
    '02': 'the signature failed',
    '04': 'no public key',
    '05': 'hash identifier',
    '06': 'signature identifier',
    '07': 'pad mode',
  },
  notes:
    'The authentication data may stand before the key, too, with `;` between them, as in the HSM 8000 reference.',
  run: (context, o) => {
    const key = authenticKey(context, keptBy(context, o.keptKey), 'V');
    const { signature } = o;
    const right = rsaVerifies({
      publicKey: key,
      hash: HASHES[o.hash],
      data: o.message,
      signature,
    });
    return right ? {} : refuse('02');
  },
});
